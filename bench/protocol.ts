// What the bench says to a measured process, one JSON object a line on its stdin, and what it answers on its stdout.
// bench/peers/torch_side.py speaks the same.
import { createInterface } from 'node:readline';
import type { ModelFiles } from './models.ts';

/** What is to be done again and again. */
export type Job =
  | { readonly kind: 'predict'; readonly files: ModelFiles; readonly clips: number; readonly batch: number }
  /** `clipsAtOnce`: for the variant that computes a batch in parts. */
  | { readonly kind: 'step'; readonly files: ModelFiles; readonly batch: number; readonly clipsAtOnce?: number }
  /** The plain ViT on pictures alone; `onnx` is the same network for peers that read that format. */
  | { readonly kind: 'features'; readonly files: ModelFiles; readonly clips: number; readonly onnx: string }
  /** A product of matrices [rows, inner] x [inner, columns] with a constant right side. */
  | { readonly kind: 'product'; readonly rows: number; readonly inner: number; readonly columns: number }
  /** Sums of the rows of a matrix. */
  | { readonly kind: 'read'; readonly rows: number; readonly columns: number };

export type Order =
  | { readonly prepare: Job; readonly threads: number; readonly variant: string }
  | { readonly run: number };

/** Numbers that every side must agree on, by name. */
export type Check = Readonly<Record<string, readonly number[]>>;

export type Prepared = { readonly version: string };
/** `milliseconds` of each of the runs asked for, and the outputs of the very first one. */
export type Ran = { readonly milliseconds: readonly number[]; readonly check: Check };
export type Answer = Prepared | Ran | { readonly error: string };

/** One run of a prepared job. */
export type Run = () => Promise<Check | undefined>;

/** Serves orders until stdin ends. `prepare` gives the job's run and what computes it. */
export async function serve(
  prepare: (job: Job, threads: number, variant: string) => Promise<{ run: Run; version: string }>,
): Promise<void> {
  let run: Run | undefined;
  let first: Check | undefined;
  for await (const line of createInterface({ input: process.stdin })) {
    let answer: Answer;
    try {
      const order = JSON.parse(line) as Order;
      if ('prepare' in order) {
        const prepared = await prepare(order.prepare, order.threads, order.variant);
        run = prepared.run;
        answer = { version: prepared.version };
      } else {
        const milliseconds: number[] = [];
        for (let count = 0; count < order.run; count++) {
          const began = performance.now();
          const check = await run!();
          milliseconds.push(performance.now() - began);
          first ??= check;
        }
        answer = { milliseconds, check: first ?? {} };
      }
    } catch (error) {
      answer = { error: error instanceof Error ? error.message : String(error) };
    }
    process.stdout.write(`${JSON.stringify(answer)}\n`);
  }
}
