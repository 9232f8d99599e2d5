// Windows of many clips answered together: what waits while the model computes is its next batch. Adapters of one model
// over one backbone are inputs of the same graph, so that going from one to another loads nothing.
import type { Window } from '../data/intake.ts';
import { openPredictor, type Predictor } from '../infer/predictor.ts';
import { mapTensors } from '../model/passage.ts';
import { joinedRows } from '../runtime/feeds.ts';
import type { OpenSession } from '../runtime/session.ts';
import type { Adapter } from './adapter.ts';

export type BatchedModel = {
  /** The system's answer for one window. */
  answer(window: Window): Promise<unknown>;
  /** How many windows wait, those being computed included. */
  waiting(): number;
  release(): Promise<void>;
};

export type BatchOptions = {
  readonly openSession: OpenSession;
  /** Windows in a batch at most. */
  readonly most: number;
  /**
   * Whether a window that is alone is computed alone: sooner, by another graph, whose last digits may differ. Without
   * it a window's answer is the same to the bit, whatever windows are computed with it.
   */
  readonly soon: boolean;
  /** Called after each batch. */
  readonly onBatch?: ((windows: number, seconds: number) => void) | undefined;
};

type Job = { readonly window: Window; resolve(answer: unknown): void; reject(error: unknown): void };

/** Loads an adapter's model. Release it when nothing waits. */
export async function openBatchedModel(
  { known, open, tensors }: Adapter,
  { openSession, most, soon, onBatch }: BatchOptions,
): Promise<BatchedModel> {
  const { backbone } = known;
  const load = (batchSize: number) =>
    openPredictor({ backbone, model: open.folded, batchSize, openSession, extras: open.extras.always });
  const batched = await load(most);
  const single = soon && batched.portion > 1 ? await load(1) : batched;
  const jobs: Job[] = [];
  let running = 0;

  async function compute(predictor: Predictor, together: readonly Job[]): Promise<void> {
    const began = performance.now();
    const rows = joinedRows(together.map(({ window }) => window.inputs));
    try {
      const outputs = await predictor.run(tensors, rows, together.length);
      for (const [place, { window, resolve }] of together.entries()) {
        const own = mapTensors(outputs, (all) => {
          const length = all.length / together.length;
          return all.subarray(place * length, (place + 1) * length);
        });
        resolve(open.answer(own, window));
      }
      onBatch?.(together.length, (performance.now() - began) / 1000);
    } catch (error) {
      for (const { reject } of together) reject(error);
    }
  }

  let worker: Promise<void> | undefined;

  async function work(): Promise<void> {
    // What else comes in this turn of the event loop belongs to the first batch.
    await Promise.resolve();
    while (jobs.length > 0) {
      // A portion costs nearly as many times one window as it has windows, so that a few of them are computed one by
      // one.
      const isFew = single !== batched && jobs.length <= batched.portion / 2;
      const together = jobs.splice(0, isFew ? 1 : Math.min(most, wholePortions(jobs.length, batched.portion)));
      running = together.length;
      await compute(isFew ? single : batched, together);
      running = 0;
    }
    worker = undefined;
  }

  return {
    answer: (window) =>
      new Promise((resolve, reject) => {
        jobs.push({ window, resolve, reject });
        worker ??= work();
      }),
    waiting: () => jobs.length + running,
    async release() {
      await worker;
      await batched.release();
      if (single !== batched) await single.release();
    },
  };
}

/** As many as fill portions, or all where they fill none. */
function wholePortions(windows: number, portion: number): number {
  return windows < portion ? windows : windows - (windows % portion);
}
