// A system's intake together with where Node's processes and threads find it.
import type { Intake, Json } from '../data/intake.ts';
import type { IntakeOrigin } from '../data/intake-origin.ts';
import { openMediaReader } from '../data/media-reader-node.ts';
import type { OpenFeedOptions } from '../data/open-feed-node.ts';
import type { OpenSession } from '../runtime/session.ts';
import type { Known, OpenSystem, System, SystemSettings } from '../systems/system.ts';
import type { Adapter } from './adapter.ts';
import { intakeArgument } from './open-intake.ts';
import { readingIntake } from './reading-intake.ts';

export function intakeOf(
  system: Pick<System, 'name'>,
  { intake }: Pick<OpenSystem, 'intake'>,
  settings: SystemSettings,
  known: Known,
): { readonly intake: Intake; readonly origin: IntakeOrigin } {
  const module = new URL('./open-intake.js', import.meta.url).href;
  return { intake, origin: { module, argument: intakeArgument(system, settings, known) as unknown as Json } };
}

export type Reading = {
  readonly forFeed: Pick<OpenFeedOptions, 'intake' | 'origin' | 'openReference'>;
  /** After the feed is closed. */
  release(): Promise<void>;
};

/**
 * What a feed reads clips by. Where that takes a session, clips are decoded in a process of their own and read in this
 * one; rows are made of stored readings anywhere.
 */
export async function openReading(
  { system, open, settings, known }: Omit<Adapter, 'tensors'>,
  sessions: () => OpenSession,
): Promise<Reading> {
  const found = intakeOf(system, open, settings, known);
  if (!open.reader) return { forFeed: found, release: async () => undefined };
  const { intake, release } = readingIntake(open, sessions);
  const media = await openMediaReader();
  return {
    forFeed: { ...found, intake, openReference: (reference) => media.open(reference) },
    async release() {
      media.close();
      await release();
    },
  };
}
