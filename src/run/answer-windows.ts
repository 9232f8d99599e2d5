// The answers to a clip's windows in order, while some more of them are read and computed.
import type { Window } from '../data/intake.ts';
import type { BatchedModel } from './shared-batches.ts';

/** Windows of one clip that are under way at once: enough to fill batches, and little memory. */
const ahead = 4;

export async function* answerWindows(
  windows: AsyncIterable<Window>,
  { answer }: Pick<BatchedModel, 'answer'>,
): AsyncGenerator<unknown> {
  const underWay: Promise<unknown>[] = [];
  for await (const window of windows) {
    const asked = answer(window);
    // Nobody may be left to hear it.
    asked.catch(() => undefined);
    underWay.push(asked);
    if (underWay.length === ahead) yield await underWay.shift();
  }
  for (const asked of underWay) yield await asked;
}
