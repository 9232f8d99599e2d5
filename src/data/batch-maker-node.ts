// Batches made from the cache of readings.
import { type BatchMaker, createBatchMaker } from './batch-maker.ts';
import { readingPath } from './cache-folder-node.ts';
import type { Intake } from './intake.ts';
import { openReadingFile } from './reading-file-node.ts';

/** A maker of batches from the cache in `folder`. */
export function createCacheBatchMaker(folder: string, intake: Pick<Intake, 'row'>): BatchMaker {
  return createBatchMaker({ intake, open: (key) => openReadingFile(readingPath(folder, key)) });
}
