// A system's intake that can read: with a session, where reading a clip takes one.
import type { Intake } from '../data/intake.ts';
import type { OpenSession } from '../runtime/session.ts';
import type { ClipReader, OpenSystem } from '../systems/system.ts';

export type ReadingIntake = { readonly intake: Intake; release(): Promise<void> };

/** The system's reader is opened for the first clip that is read. @param sessions asked then. */
export function readingIntake(
  { intake, reader }: Pick<OpenSystem, 'intake' | 'reader'>,
  sessions: () => OpenSession,
): ReadingIntake {
  if (!reader) return { intake, release: async () => undefined };
  let opened: Promise<ClipReader> | undefined;
  const open = () => {
    opened ??= reader(sessions());
    return opened;
  };
  let turn: Promise<unknown> = Promise.resolve();
  return {
    intake: {
      ...intake,
      // One clip after another: several at once would share the CPU, and need as many times the memory.
      read(media) {
        const mine = turn.then(async () => (await open()).read(media));
        turn = mine.catch(() => undefined);
        return mine;
      },
      async *windows(media, options) {
        yield* (await open()).windows(media, options);
      },
    },
    release: async () => (await opened)?.release(),
  };
}
