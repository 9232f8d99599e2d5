// What the first version of the page's database kept of a run, as today's.
import type { StoredRun } from './database.ts';

export type FirstVersionRun = Omit<StoredRun, 'settings' | 'diagnosis'> & {
  readonly training: StoredRun['settings'];
  readonly checkpoint: Uint8Array | undefined;
  readonly alignment: unknown;
};

export const upgradeNotice =
  'The training that this browser kept is of an older Duet: its curves are gone, and it can only begin again. Its model and your examples are still here.';

/** Its checkpoint tells of epochs in words that are no longer read; without one, a run begins again. */
export function upgradedRun({ training, checkpoint: _, alignment: __, ...run }: FirstVersionRun): StoredRun {
  return { ...run, settings: training, diagnosis: undefined };
}
