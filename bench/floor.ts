// How fast a job can be at best on this machine: its multiplications at the speed of one large product of matrices, or the frozen
// weights' way through memory, whichever takes longer.
import type { MaAvtConfig } from '../src/model/config.ts';
import type { Contestant } from './peers.ts';
import type { Job } from './protocol.ts';
import { openSide } from './side.ts';

export type Machine = {
  /** Multiplications and additions a second, fp32. */
  readonly operationsPerSecond: number;
  readonly bytesPerSecond: number;
};

export type Floor = { readonly operations: number; readonly bytes: number; readonly milliseconds: number };

/** The fastest run of several shapes and ways: a peak, which other work on the machine can only hide. */
export async function measureMachine(duet: Contestant, threads: number): Promise<Machine> {
  if ('absent' in duet.found) throw new Error('Duet itself is always there');
  const rates = { product: 0, read: 0 };
  const time = async (job: Job, work: number, kind: keyof typeof rates) => {
    const side = openSide(duet.found as Exclude<Contestant['found'], { absent: string }>);
    try {
      await side.prepare(job, threads, '');
      await side.run(2);
      const { milliseconds } = await side.run(15);
      rates[kind] = Math.max(rates[kind], (1000 * work) / Math.min(...milliseconds));
    } finally {
      await side.close();
    }
  };
  for (const [rows, inner, columns] of [
    [2048, 2048, 2048],
    [1712, 768, 3072],
    [1712, 3072, 768],
  ] as const)
    await time({ kind: 'product', rows, inner, columns }, 2 * rows * inner * columns, 'product');
  const side = 8192;
  await time({ kind: 'read', rows: side, columns: side }, 4 * side * side, 'read');
  await time({ kind: 'product', rows: 1, inner: side, columns: side }, 4 * side * side, 'read');
  return { operationsPerSecond: rates.product, bytesPerSecond: rates.read };
}

/** What the model itself has to compute, whatever the implementation: products of matrices only, all else counts as free. */
export function floorOf(job: Job, config: MaAvtConfig, machine: Machine): Floor | undefined {
  const { width: C, depth, patchSize, inputSize, mlpWidth } = config.vit;
  const patches = (inputSize[0] * inputSize[1]) / patchSize ** 2;
  const weights = 4 * depth * (4 * C * C + 2 * C * mlpWidth);
  const embedding = (channels: number) => patches * channels * patchSize ** 2 * C;
  /** Multiplications of one sequence through the blocks; of the last, `read` tokens are wanted. */
  const forward = (T: number, read: number) => {
    const block = (out: number) => 2 * T * C * C + 2 * out * C * C + 2 * out * T * C + 2 * out * C * mlpWidth;
    return (depth - 1) * block(T) + block(read);
  };
  /** The way back to the tokens alone: no gradients of weights, none of the patches that enter block 0. */
  const backward = (T: number, read: number) => {
    const block = (into: number, out: number) =>
      // mlp and projection; softmax(qk)v towards scores, queries and, of the tokens that go on, keys and values; query, key, value.
      2 * out * C * mlpWidth +
      out * C * C +
      out * T * C +
      Math.min(into, out) * T * C +
      2 * out * into * C +
      (Math.min(into, out) + 2 * into) * C * C;
    const trained = T - patches;
    return (depth - 2) * block(T, T) + block(trained, T) + block(T, read);
  };
  const { audio, visual, shared } = config.tokens;
  const background = config.background ? 1 : 0;
  // The contrastive loss reads the shared tokens of the last block too.
  const read = 1 + background + (job.kind === 'step' ? shared : 0);
  const sequences = [visual, audio].map((own) => 1 + patches + background + own + shared);
  const total = (perSequence: (T: number, read: number) => number) => sequences.reduce((sum, T) => sum + perSequence(T, read), 0);
  const floor = (multiplications: number, passes: number): Floor => {
    const operations = 2 * multiplications;
    const bytes = passes * weights;
    const seconds = Math.max(operations / machine.operationsPerSecond, bytes / machine.bytesPerSecond);
    return { operations, bytes, milliseconds: 1000 * seconds };
  };
  // One channel of sound stands for three equal ones.
  const clip = embedding(3) + embedding(1) + total(forward);
  if (job.kind === 'predict') return floor(job.clips * clip, 1);
  if (job.kind === 'step') return floor(job.batch * (clip + total(backward)), 2);
  if (job.kind === 'features') return floor(job.clips * (embedding(3) + forward(1 + patches, 1 + patches)), 1);
  return undefined;
}
