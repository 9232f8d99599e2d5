// Sessions of work that its caller may stop.
import type { OpenSession } from './session.ts';

/** The same sessions, which load and run nothing any more once the signal is aborted: they then throw its reason. */
export function stoppableSessions(open: OpenSession, signal: AbortSignal | undefined): OpenSession {
  if (!signal) return open;
  const opened = async (...graph: Parameters<OpenSession>) => {
    signal.throwIfAborted();
    const session = await open(...graph);
    // In place: the session stays what `await using` closes.
    const { run, runKeeping } = session;
    return Object.assign(session, {
      run: async (...feeds: Parameters<typeof run>) => {
        signal.throwIfAborted();
        return run(...feeds);
      },
      runKeeping: async (...feeds: Parameters<typeof runKeeping>) => {
        signal.throwIfAborted();
        return runKeeping(...feeds);
      },
    });
  };
  return Object.assign(opened, { keepsTensors: open.keepsTensors, activationBytes: open.activationBytes });
}
