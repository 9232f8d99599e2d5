// Batches made from the feature cache.
import { type BatchMaker, createBatchMaker } from './batch-maker.ts';
import { entryPath } from './cache-folder-node.ts';
import { openEntry } from './entry-file-node.ts';
import type { InputSettings } from './settings.ts';

/** Plain data, so that threads can be told it. */
export type CacheBatchMakerOptions = { readonly folder: string; readonly settings: InputSettings };

/** A maker of batches from the cache in `folder`. */
export function createCacheBatchMaker({ folder, settings }: CacheBatchMakerOptions): BatchMaker {
  return createBatchMaker({ settings, open: (key) => openEntry(entryPath(folder, key)) });
}
