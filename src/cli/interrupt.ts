// Ctrl-C: the first asks the running work to finish its step and save, the second ends the program at once.
import { exitCodes } from './errors.ts';

type SignalSource = {
  on(event: 'SIGINT' | 'SIGTERM', listener: () => void): unknown;
  off(event: 'SIGINT' | 'SIGTERM', listener: () => void): unknown;
};

/** Watches the process until `stop`. `signal` is aborted by the first interrupt; the second calls `exit(130)`. */
export function watchInterrupts(
  source: SignalSource,
  note: (text: string) => void,
  exit: (code: number) => void,
): { readonly signal: AbortSignal; readonly stop: () => void } {
  const controller = new AbortController();
  const interrupt = () => {
    if (controller.signal.aborted) return exit(exitCodes.interrupted);
    note('\nduet: stopping after the work under way; press Ctrl-C again to stop at once\n');
    controller.abort();
  };
  source.on('SIGINT', interrupt);
  source.on('SIGTERM', interrupt);
  const stop = () => {
    source.off('SIGINT', interrupt);
    source.off('SIGTERM', interrupt);
  };
  return { signal: controller.signal, stop };
}
