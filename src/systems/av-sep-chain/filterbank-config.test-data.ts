// The smallest separator that has every part, for this folder's tests.
import type { FilterbankConfig } from './filterbank-config.ts';

/** A chunk is two samples' worth of frames: chunks and frames of the picture run in step. */
export const miniFilterbank: FilterbankConfig = {
  ...{ sampleRate: 400, framesPerSecond: 100, kernel: 4, channels: 4, chunk: 4, visualWidth: 3, visualBlocks: 1 },
  ...{ heads: 2, feedForward: 12, intraLayers: 1, interLayers: 1, perceptionBlocks: 1, productionBlocks: 1 },
  ...{ productionInput: 'perception', productionOrder: 'inter-intra', query: 'condition', detachPerception: false },
  ...{ perceptionWeight: 1, matchWeight: 0.1, matchWidth: 3, temperature: 0.07, matchLevel: 'clip' },
};
