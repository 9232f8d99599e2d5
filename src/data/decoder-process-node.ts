// A process that fills the feature cache.
import { openReference } from '../media/open-reference-node.ts';
import { answerOrders, poolArgument } from './answer-orders-node.ts';
import type { DecoderOrder } from './decoder-pool-node.ts';
import { openFeatureCache } from './feature-cache-node.ts';
import type { ClipOutcome, FeatureIndexOptions } from './feature-index-node.ts';

const cache = openFeatureCache({ ...(poolArgument() as FeatureIndexOptions), openReference });

answerOrders(async ({ clip, key }: DecoderOrder): Promise<ClipOutcome> => {
  if (key === undefined) return cache.ensure(clip);
  await cache.remake(key, clip);
  return { key };
});
