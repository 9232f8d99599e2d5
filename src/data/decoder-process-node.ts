// A process that fills the feature cache, one clip after another, for as long as its parent wants.
import { isDuetError, messageOf } from '../errors.ts';
import { openReference } from '../media/open-reference-node.ts';
import type { DecoderAnswer, DecoderOrder } from './decoder-pool-node.ts';
import { openFeatureCache } from './feature-cache-node.ts';
import type { FeatureIndexOptions } from './feature-index-node.ts';

const cache = openFeatureCache({ ...(JSON.parse(process.argv[2] as string) as FeatureIndexOptions), openReference });
let last: Promise<void> = Promise.resolve();
send({ ready: true });

// Ctrl-C reaches the whole group of processes; what it means is for the parent to say.
process.on('SIGINT', () => undefined);
process.on('disconnect', () => process.exit());
process.on('message', (order: DecoderOrder) => {
  last = last.then(() => answer(order));
});

async function answer(order: DecoderOrder): Promise<void> {
  try {
    if (order.key !== undefined) {
      await cache.remake(order.key, order.clip);
      send({ outcome: { key: order.key } });
    } else {
      send({ outcome: await cache.ensure(order.clip) });
    }
  } catch (error) {
    const isClear = isDuetError(error);
    send({ failure: { message: isClear ? error.message : error instanceof Error ? (error.stack ?? '') : messageOf(error), isClear } });
  }
}

function send(message: DecoderAnswer): void {
  process.send?.(message);
}
