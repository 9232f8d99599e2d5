// A process that fills the cache of readings.
import { openReference } from '../media/open-reference-node.ts';
import { answerOrders, poolArgument } from './answer-orders-node.ts';
import type { DecoderArgument, DecoderOrder } from './decoder-pool-node.ts';
import { intakeFrom } from './intake-origin.ts';
import { openReadingCache } from './reading-cache-node.ts';
import type { ClipOutcome } from './reading-index-node.ts';

const { options, origin } = poolArgument() as DecoderArgument;
const cache = openReadingCache({ ...options, intake: await intakeFrom(origin), openReference });

answerOrders(
  ({ clip, key }: DecoderOrder): Promise<ClipOutcome> =>
    key === undefined ? cache.ensure(clip) : cache.remake(key, clip),
);
