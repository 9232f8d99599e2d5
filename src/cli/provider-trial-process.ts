// A process that tries providers: a broken driver may take it down, or hang.
import { answerOrders } from '../data/answer-orders-node.ts';
import { messageOf } from '../errors.ts';
import { tryProvider } from '../run/try-provider-node.ts';
import type { NodeProvider } from '../runtime/session.ts';
import type { Outcome } from './choose-provider.ts';

const seconds = 3;

answerOrders(
  (provider: NodeProvider): Promise<Outcome> =>
    tryProvider(provider, { seconds }).then(
      (trial) => ({ trial }),
      (error: unknown) => ({ problem: messageOf(error) }),
    ),
);
