// The other end of a process pool: orders in, answers out, one after another, for as long as the parent wants.
import { isDuetError, messageOf } from '../errors.ts';

export type ProcessAnswer<Outcome> =
  | { readonly ready: true }
  /** Sent while an order is worked on, as long as the event loop turns. */
  | { readonly alive: true }
  | { readonly outcome: Outcome }
  | { readonly failure: { readonly message: string; readonly isClear: boolean } };

const signOfLifeMs = 1000;

/**
 * Call it once, when the process can work. With `showsLife`, the parent's patience begins again every second in which
 * the process is not blocked.
 */
export function answerOrders<Order, Outcome>(
  work: (order: Order) => Promise<Outcome>,
  { showsLife = false }: { readonly showsLife?: boolean } = {},
): void {
  const send = (message: ProcessAnswer<Outcome>) => void process.send?.(message);
  let last: Promise<void> = Promise.resolve();

  async function answer(order: Order): Promise<void> {
    const signs = showsLife ? setInterval(() => send({ alive: true }), signOfLifeMs) : undefined;
    try {
      send({ outcome: await work(order) });
    } catch (error) {
      const isClear = isDuetError(error);
      send({
        failure: {
          message: isClear ? error.message : error instanceof Error ? (error.stack ?? '') : messageOf(error),
          isClear,
        },
      });
    } finally {
      clearInterval(signs);
    }
  }

  send({ ready: true });
  // Ctrl-C, and the SIGTERM of a batch system, reach the whole group of processes; what they mean is for the parent to
  // say.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => undefined);
  process.on('disconnect', () => process.exit());
  process.on('message', (order: Order) => {
    last = last.then(() => answer(order));
  });
}

/** What the parent gave all its processes. */
export function poolArgument(): unknown {
  return JSON.parse(process.argv[2] as string);
}
