// A run that goes on must see the clips that it began with: on others it would end in another adapter.
import type { OpenedFeed } from '../data/open-feed-node.ts';
import { DuetError } from '../errors.ts';
import type { RunProgress } from '../train/checkpoint.ts';

/**
 * Notes in a new run's progress which clips it learns from and is judged by, and compares a resumed run's.
 * @param run the folder as it was typed. @throws DuetError when clips have come, gone or changed since the run began.
 */
export async function checkSameClips(feed: OpenedFeed, progress: RunProgress, run: string): Promise<void> {
  const now = await feed.fingerprint(['train', 'val']);
  const before = progress.clips ?? now;
  progress.clips = before;
  if (before.digest === now.digest) return;
  const [first] = feed.skipped;
  const unusable = first ? `; "${first.id}" cannot be used: ${first.reason.replace(/\.$/, '')}` : '';
  const what =
    before.count === now.count
      ? 'clips that have changed since'
      : `${before.count} usable clips to learn from and to be judged by, and now there are ${now.count}${unusable}`;
  throw new DuetError(`${run} was begun with ${what}; put back what was there, or start another run.`);
}
