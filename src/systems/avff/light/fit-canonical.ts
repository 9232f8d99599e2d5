// The canonical directions of both sides in closed form: random features are drawn once, products of all their values
// add up over clips, and each fold's are those of all clips but its own.
import type { Batch } from '../../../data/batch.ts';
import { partsOf } from '../../../infer/answered-rows.ts';
import { createRandom } from '../../../random.ts';
import { openWorkspace } from '../../../signal/dot-product.ts';
import type { TrainingClips } from '../../system.ts';
import { canonicalTaps, directionCount, type Side, sideChannels, sides, valuesOfSide } from './canonical.ts';
import { canonicalPairs, type Products } from './canonical-correlations.ts';

export type CanonicalSettings = {
  readonly folds: number;
  /** H. */
  readonly canonical: number;
  readonly seed: number;
};

/** Ridge of the analysis, and the spread of the random features: the larger, the farther from linear they are. */
const ridge = 0.02;
const spread = 1.5;
/** Every second moment is enough: neighbours hardly differ. */
const stride = 2;
/** Moments whose products are added up at once. */
const momentsAtOnce = 1024;

type Features = Readonly<Record<Side, { readonly weight: Float32Array; readonly bias: Float32Array }>>;

/** The values of all parameters of the canonical predictors. Walks over the clips once. */
export async function canonicalValues(
  { walk }: Pick<TrainingClips, 'walk'>,
  { folds, canonical, seed }: CanonicalSettings,
): Promise<ReadonlyMap<string, Float32Array>> {
  const features = drawFeatures(canonical, seed);
  const sizes = { picture: valuesOfSide('picture', canonical), sound: valuesOfSide('sound', canonical) };
  const groups = Array.from({ length: folds }, () => openGroup(sizes));
  for await (const batch of walk({ name: 'reconstruct', seed, epoch: 0 })) addBatch(groups, batch, features);
  const products = groups.map((group) => group.products());
  const start = createRandom(seed, 'canonical start');
  const drawn = Float64Array.from({ length: directionCount * sizes.sound }, start.normal);
  const values = new Map<string, Float32Array>();
  for (const side of sides) {
    values.set(`features.${side}.weight`, features[side].weight);
    values.set(`features.${side}.bias`, features[side].bias);
  }
  for (let fold = 0; fold < folds; fold++) {
    const { x, y, correlations } = canonicalPairs(
      added(products.filter((_, group) => group !== fold)),
      directionCount,
      ridge,
      drawn,
    );
    const squares = correlations.map((value) => value ** 2);
    const total = squares.reduce((sum, value) => sum + value, 0);
    values.set(`folds.${fold}.picture.weight`, Float32Array.from(x));
    values.set(`folds.${fold}.sound.weight`, Float32Array.from(y));
    values.set(
      `folds.${fold}.shares`,
      Float32Array.from(squares, (value) => value / total),
    );
  }
  return values;
}

function drawFeatures(count: number, seed: number): Features {
  const of = (side: Side) => {
    const { normal } = createRandom(seed, 'canonical features', side);
    const inputs = canonicalTaps * sideChannels[side];
    return {
      weight: Float32Array.from({ length: count * inputs }, () => (spread / Math.sqrt(inputs)) * normal()),
      bias: Float32Array.from({ length: count }, normal),
    };
  };
  return { picture: of('picture'), sound: of('sound') };
}

type Group = { add(x: Float64Array, y: Float64Array): void; products(): Products };

/** Products of moments of clips that one fold leaves out. */
function openGroup(sizes: Readonly<Record<Side, number>>): Group {
  const [sizeX, sizeY] = [sizes.picture, sizes.sound];
  const size = sizeX + sizeY;
  const sums = { x: new Float64Array(sizeX), y: new Float64Array(sizeY) };
  const [xx, yy, xy] = [sizeX * sizeX, sizeY * sizeY, sizeX * sizeY].map((length) => new Float64Array(length));
  // Value after value, each with its moments one after another.
  const { numbers, dotProduct } = openWorkspace(size * momentsAtOnce);
  let [count, waiting] = [0, 0];
  const flush = () => {
    if (waiting === 0) return;
    for (let value = 0; value < size; value++)
      numbers.fill(0, value * momentsAtOnce + waiting, (value + 1) * momentsAtOnce);
    const length = 4 * Math.ceil(waiting / 4);
    const product = (i: number, j: number) => dotProduct(i * momentsAtOnce, j * momentsAtOnce, length);
    for (let i = 0; i < sizeX; i++) {
      for (let j = 0; j <= i; j++) xx![i * sizeX + j]! += product(i, j);
      for (let j = 0; j < sizeY; j++) xy![i * sizeY + j]! += product(i, sizeX + j);
    }
    for (let i = 0; i < sizeY; i++) for (let j = 0; j <= i; j++) yy![i * sizeY + j]! += product(sizeX + i, sizeX + j);
    waiting = 0;
  };
  return {
    add(x, y) {
      if (waiting === momentsAtOnce) flush();
      for (let i = 0; i < sizeX; i++) numbers[i * momentsAtOnce + waiting] = x[i]!;
      for (let j = 0; j < sizeY; j++) numbers[(sizeX + j) * momentsAtOnce + waiting] = y[j]!;
      for (let i = 0; i < sizeX; i++) sums.x[i]! += x[i]!;
      for (let j = 0; j < sizeY; j++) sums.y[j]! += y[j]!;
      count++;
      waiting++;
    },
    products() {
      flush();
      return { count, sums, xx: xx!, yy: yy!, xy: xy! };
    },
  };
}

function addBatch(groups: readonly Group[], { arrays, count }: Batch, features: Features): void {
  for (let row = 0; row < count; row++) {
    // The fold that must not learn from it; rows that nobody learns from have no such.
    const { learns, strongest, sound, ...rest } = partsOf(arrays, row, count) as Record<string, Float32Array>;
    if (!learns!.includes(1)) continue;
    const group = groups[learns!.indexOf(0)]!;
    const present = rest.present!.reduce((sum, value) => sum + value, 0);
    const series = { picture: strongest!, sound: sound! };
    for (let moment = 0; moment < present; moment += stride)
      group.add(
        ...(sides.map((side) => valuesAt(series[side], moment, present, sideChannels[side], features[side])) as [
          Float64Array,
          Float64Array,
        ]),
      );
  }
}

/** A moment with its neighbours, zeros beyond the ends, and its features. */
function valuesAt(
  series: Float32Array,
  moment: number,
  present: number,
  channels: number,
  { weight, bias }: Features[Side],
): Float64Array {
  const inputs = canonicalTaps * channels;
  const values = new Float64Array(inputs + bias.length);
  const reach = (canonicalTaps - 1) / 2;
  for (let tap = 0; tap < canonicalTaps; tap++) {
    const at = moment + tap - reach;
    if (at >= 0 && at < present) values.set(series.subarray(at * channels, (at + 1) * channels), tap * channels);
  }
  for (let feature = 0; feature < bias.length; feature++) {
    let sum = bias[feature]!;
    for (let i = 0; i < inputs; i++) sum += weight[feature * inputs + i]! * values[i]!;
    values[inputs + feature] = Math.max(0, sum);
  }
  return values;
}

function added(parts: readonly Products[]): Products {
  const total = (read: (part: Products) => Float64Array) =>
    parts.map(read).reduce((sum, values) => sum.map((value, i) => value + values[i]!));
  return {
    count: parts.reduce((sum, { count }) => sum + count, 0),
    sums: { x: total(({ sums }) => sums.x), y: total(({ sums }) => sums.y) },
    xx: total(({ xx }) => xx),
    yy: total(({ yy }) => yy),
    xy: total(({ xy }) => xy),
  };
}
