// How fast a job can be at best on this machine: its multiplications at the speed of one large product of matrices, or
// the frozen weights' way through memory, whichever takes longer.
import type { MaAvtConfig } from '../src/systems/ma-avt/settings.ts';
import type { Contestant } from './peers.ts';
import type { Job } from './protocol.ts';
import { openSide } from './side.ts';

export type Machine = {
  /** Multiplications and additions a second of ONNX Runtime, fp32 and in eight bits. */
  readonly operationsPerSecond: number;
  readonly int8OperationsPerSecond: number;
  readonly bytesPerSecond: number;
  /** fp32, of the fastest library found here; undefined where there is only ONNX Runtime. */
  readonly otherOperationsPerSecond?: number;
};

export type Floor = {
  readonly operations: number;
  readonly bytes: number;
  readonly milliseconds: number;
  /** With the products that have a frozen weight in eight bits, on the way forward and on the way back. */
  readonly int8Milliseconds: number;
};

/**
 * The fastest run of several shapes and ways: a peak, which other work on the machine can only hide. The first
 * contestant is Duet.
 */
export async function measureMachine(contestants: readonly Contestant[], threads: number): Promise<Machine> {
  const rates = { product: 0, int8: 0, other: 0, read: 0 };
  const time = async ({ found, variant }: Contestant, job: Job, work: number, kind: keyof typeof rates) => {
    if ('absent' in found) return;
    const side = openSide(found);
    try {
      await side.prepare(job, threads, variant);
      await side.run(2);
      const { milliseconds } = await side.run(15);
      rates[kind] = Math.max(rates[kind], (1000 * work) / Math.min(...milliseconds));
    } finally {
      await side.close();
    }
  };
  const duet = contestants[0]!;
  const others = contestants.filter(({ jobs, variant }) => jobs.includes('product') && variant.includes('fp32'));
  for (const [rows, inner, columns] of [
    [2048, 2048, 2048],
    [1712, 768, 3072],
    [1712, 3072, 768],
  ] as const) {
    const job: Job = { kind: 'product', rows, inner, columns };
    const work = 2 * rows * inner * columns;
    await time(duet, job, work, 'product');
    await time({ ...duet, variant: 'int8' }, job, work, 'int8');
    for (const other of others) await time(other, job, work, 'other');
  }
  const side = 8192;
  await time(duet, { kind: 'read', rows: side, columns: side }, 4 * side * side, 'read');
  await time(duet, { kind: 'product', rows: 1, inner: side, columns: side }, 4 * side * side, 'read');
  return {
    ...{ operationsPerSecond: rates.product, int8OperationsPerSecond: rates.int8, bytesPerSecond: rates.read },
    ...(rates.other > 0 && { otherOperationsPerSecond: rates.other }),
  };
}

/** The mean of two machines' speeds: of the same machine before and after something, which others share. */
export function between(before: Machine, after: Machine): Machine {
  const mean = (a: number, b: number) => (a + b) / 2;
  return {
    operationsPerSecond: mean(before.operationsPerSecond, after.operationsPerSecond),
    int8OperationsPerSecond: mean(before.int8OperationsPerSecond, after.int8OperationsPerSecond),
    bytesPerSecond: mean(before.bytesPerSecond, after.bytesPerSecond),
    ...(before.otherOperationsPerSecond !== undefined &&
      after.otherOperationsPerSecond !== undefined && {
        otherOperationsPerSecond: mean(before.otherOperationsPerSecond, after.otherOperationsPerSecond),
      }),
  };
}

/**
 * What the model itself has to compute, whatever the implementation: products of matrices only, all else counts as
 * free.
 */
export function floorOf(job: Job, config: MaAvtConfig, machine: Machine): Floor | undefined {
  const { width: C, depth, patchSize, inputSize, mlpWidth } = config.vit;
  const patches = (inputSize[0] * inputSize[1]) / patchSize ** 2;
  const weights = 4 * depth * (4 * C * C + 2 * C * mlpWidth);
  const embedding = (channels: number) => patches * channels * patchSize ** 2 * C;
  /**
   * Multiplications of one sequence through the blocks, those by weights and others; of the last block, `read` tokens
   * are wanted.
   */
  const forward = (T: number, read: number): Products => {
    const block = (out: number): Products => ({
      byWeights: 2 * T * C * C + 2 * out * C * C + 2 * out * C * mlpWidth,
      others: 2 * out * T * C,
    });
    return plus(times(depth - 1, block(T)), block(read));
  };
  /** The way back to the tokens alone: no gradients of weights, none of the patches that enter block 0. */
  const backward = (T: number, read: number): Products => {
    const block = (into: number, out: number): Products => ({
      // mlp and projection; query, key, value.
      byWeights: 2 * out * C * mlpWidth + out * C * C + (Math.min(into, out) + 2 * into) * C * C,
      // softmax(qk)v towards scores, queries and, of the tokens that go on, keys and values.
      others: out * T * C + Math.min(into, out) * T * C + 2 * out * into * C,
    });
    const trained = T - patches;
    return plus(plus(times(depth - 2, block(T, T)), block(trained, T)), block(T, read));
  };
  const { audio, visual, shared } = config.tokens;
  const background = config.background ? 1 : 0;
  // The contrastive loss reads the shared tokens of the last block too.
  const read = 1 + background + (job.kind === 'step' ? shared : 0);
  const sequences = [visual, audio].map((own) => 1 + patches + background + own + shared);
  const total = (perSequence: (T: number, read: number) => Products) =>
    sequences.map((T) => perSequence(T, read)).reduce(plus, { byWeights: 0, others: 0 });
  const floor = (ahead: Products, back: Products, passes: number): Floor => {
    const all = plus(ahead, back);
    const operations = 2 * (all.byWeights + all.others);
    const bytes = passes * weights;
    const moved = bytes / machine.bytesPerSecond;
    const seconds = Math.max(operations / machine.operationsPerSecond, moved);
    const int8Operations = 2 * all.byWeights;
    const int8Seconds =
      int8Operations / machine.int8OperationsPerSecond + (operations - int8Operations) / machine.operationsPerSecond;
    // A weight of eight bits is a quarter of the bytes.
    return {
      operations,
      bytes,
      milliseconds: 1000 * seconds,
      int8Milliseconds: 1000 * Math.max(int8Seconds, moved / 4),
    };
  };
  const none: Products = { byWeights: 0, others: 0 };
  // One channel of sound stands for three equal ones.
  const clip = plus({ byWeights: embedding(3) + embedding(1), others: 0 }, total(forward));
  if (job.kind === 'predict') return floor(times(job.clips, clip), none, 1);
  if (job.kind === 'step') return floor(times(job.batch, clip), times(job.batch, total(backward)), 2);
  if (job.kind === 'features') {
    const picture = plus({ byWeights: embedding(3), others: 0 }, forward(1 + patches, 1 + patches));
    return floor(times(job.clips, picture), none, 1);
  }
  return undefined;
}

/** Multiplications: of activations by frozen weights, and of activations by each other. */
type Products = { readonly byWeights: number; readonly others: number };

function plus(a: Products, b: Products): Products {
  return { byWeights: a.byWeights + b.byWeights, others: a.others + b.others };
}

function times(factor: number, { byWeights, others }: Products): Products {
  return { byWeights: factor * byWeights, others: factor * others };
}
