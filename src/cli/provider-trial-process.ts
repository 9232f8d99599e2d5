// A process that tries providers: a broken driver may take it down, or hang.
import { answerOrders } from '../data/answer-orders-node.ts';
import type { NodeProvider } from '../runtime/session.ts';
import { tryProvider } from '../train/try-provider.ts';
import type { Tried } from './choose-provider.ts';

const seconds = 3;

answerOrders(
  async (provider: NodeProvider): Promise<Tried> =>
    tryProvider(provider, { seconds }).then(
      (trial) => ({ provider, trial }),
      (error: Error) => ({ provider, problem: error.message }),
    ),
);
