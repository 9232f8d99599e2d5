// Predictors of a single convolution in closed form: a ridge regression of each side's moments on the other side's, with
// their neighbours. Its Gram matrices add up over clips, so one walk is enough.
import type { Batch } from '../../../data/batch.ts';
import { partsOf } from '../../../infer/answered-rows.ts';
import type { TrainingClips } from '../../system.ts';
import { cells } from './features.ts';
import { lagProducts, type Series } from './lag-products.ts';
import { channels, type Direction, directions, taps } from './predictors.ts';
import { bands } from './reading.ts';
import { solvePositive } from './solve-positive.ts';

const reach = (taps - 1) / 2;
const neighbours = Array.from({ length: taps }, (_, tap) => tap - reach);
const laterLags = Array.from({ length: taps }, (_, lag) => lag);

/** What is known of a side's moments: products with its own later ones, and of its neighbours with the other side. */
type Sums = { readonly own: Float64Array; readonly other: Float64Array };
type FoldSums = Readonly<Record<Direction, Sums>>;

function emptySums(): FoldSums {
  const of = ({ from, to }: (typeof channels)[Direction]): Sums => ({
    own: new Float64Array(taps * from * from),
    other: new Float64Array(taps * from * to),
  });
  return { v2a: of(channels.v2a), a2v: of(channels.a2v) };
}

/** Rows of the walks together that are enough, and walks at most: a walk sees one stretch of each clip. */
const enoughRows = 400;
const mostWalks = 16;

/**
 * The predictors' values: weights as the regression has them, biases 0 as series have mean 0.
 * @param penalty times the mean variance of what is read; the larger, the smaller the weights.
 */
export async function ridgePredictors(
  { walk }: Pick<TrainingClips, 'walk'>,
  { folds, penalty, seed }: { readonly folds: number; readonly penalty: number; readonly seed: number },
): Promise<ReadonlyMap<string, Float32Array>> {
  const sums = Array.from({ length: folds }, emptySums);
  let rows = 0;
  for (let epoch = 0; epoch < mostWalks && (epoch === 0 || rows < enoughRows); epoch++)
    for await (const batch of walk({ name: 'reconstruct', seed, epoch })) {
      addBatch(sums, batch);
      rows += batch.count;
    }
  return new Map(
    sums.flatMap((ofFold, fold) =>
      directions.flatMap((direction): [string, Float32Array][] => [
        [`folds.${fold}.${direction}.conv.weight`, weightsOf(ofFold[direction], channels[direction], penalty)],
        [`folds.${fold}.${direction}.conv.bias`, new Float32Array(channels[direction].to)],
      ]),
    ),
  );
}

/** Adds each row to the folds that learn from it. */
function addBatch(sums: readonly FoldSums[], { arrays, count }: Batch): void {
  for (let row = 0; row < count; row++) {
    const { learns, motion: seen, sound: heard } = partsOf(arrays, row, count) as Record<string, Float32Array>;
    if (!learns!.includes(1)) continue;
    const motion = { values: seen!, width: cells };
    const sound = { values: heard!, width: bands };
    const made = { v2a: sumsOf(motion, sound), a2v: sumsOf(sound, motion) };
    for (const [fold, ofFold] of sums.entries())
      if (learns![fold] === 1) for (const direction of directions) addSums(ofFold[direction], made[direction]);
  }
}

function sumsOf(from: Series, to: Series): Sums {
  return { own: lagProducts(from, from, laterLags), other: lagProducts(to, from, neighbours) };
}

function addSums(total: Sums, one: Sums): void {
  for (const name of ['own', 'other'] as const) {
    const [into, from] = [total[name], one[name]];
    for (let place = 0; place < from.length; place++) into[place]! += from[place]!;
  }
}

/** [to, taps from], as `timeConvolution` has its weights. */
function weightsOf({ own, other }: Sums, { from, to }: (typeof channels)[Direction], penalty: number): Float32Array {
  const size = taps * from;
  // The product of channel i at neighbour m and channel j at neighbour n depends on n - m only.
  const gram = Float64Array.from({ length: size * size }, (_, place) => {
    const [row, column] = [Math.floor(place / size), place % size];
    const [m, n] = [Math.floor(row / from), Math.floor(column / from)];
    const [i, j] = [row % from, column % from];
    return n >= m ? own[((n - m) * from + i) * from + j]! : own[((m - n) * from + j) * from + i]!;
  });
  let trace = 0;
  for (let i = 0; i < size; i++) trace += gram[i * size + i]!;
  const pull = Math.max((penalty * trace) / size, Number.MIN_VALUE);
  for (let i = 0; i < size; i++) gram[i * size + i]! += pull;
  // `other` is [neighbours, to, from]; the solver wants a right-hand side for each of `to`.
  const sides = Float64Array.from({ length: to * size }, (_, place) => {
    const [channel, read] = [Math.floor(place / size), place % size];
    return other[(Math.floor(read / from) * to + channel) * from + (read % from)]!;
  });
  return Float32Array.from(solvePositive(gram, sides, size));
}
