import { expect, test } from 'vitest';
import type { Batch } from '../../../data/batch.ts';
import type { Pass } from '../../../data/intake.ts';
import { createRandom } from '../../../random.ts';
import { cells } from './features.ts';
import { taps } from './predictors.ts';
import { bands } from './reading.ts';
import { ridgePredictors } from './ridge.ts';
import { solvePositive } from './solve-positive.ts';

const moments = 40;
const { normal } = createRandom('ridge');
const noise = (length: number) => Float32Array.from({ length }, normal);
/** Two clips; nobody of the second fold learns from the first clip. */
const batch: Batch = {
  rows: [],
  count: 2,
  arrays: {
    motion: noise(2 * moments * cells),
    sound: noise(2 * moments * bands),
    learns: Float32Array.of(1, 0, 1, 1),
  },
};
async function* walk({ epoch }: Pass): AsyncGenerator<Batch> {
  if (epoch === 0) yield batch;
}
const settings = { folds: 2, penalty: 0.5, seed: 0 };

/** What a ridge regression makes small: squared errors over all time, and the squared weights by the mean variance. */
function objective(weights: Float32Array, clips: readonly number[]): number {
  const motion = batch.arrays.motion as Float32Array;
  const sound = batch.arrays.sound as Float32Array;
  let [errors, variance] = [0, 0];
  for (const clip of clips) {
    const at = (t: number, cell: number) => (t < 0 || t >= moments ? 0 : motion[(clip * moments + t) * cells + cell]!);
    for (let t = -3; t < moments + 3; t++)
      for (let band = 0; band < bands; band++) {
        let predicted = 0;
        for (let place = 0; place < taps * cells; place++)
          predicted += weights[band * taps * cells + place]! * at(t + Math.floor(place / cells) - 3, place % cells);
        const truth = t < 0 || t >= moments ? 0 : sound[(clip * moments + t) * bands + band]!;
        errors += (predicted - truth) ** 2;
      }
    for (let i = 0; i < moments * cells; i++) variance += motion[clip * moments * cells + i]! ** 2 / cells;
  }
  return errors + settings.penalty * variance * weights.reduce((sum, weight) => sum + weight ** 2, 0);
}

test('no weights near those of the regression do better, in either fold', async () => {
  const values = await ridgePredictors({ walk }, settings);
  expect([...values.keys()].slice(0, 4)).toEqual(
    ['v2a', 'a2v'].flatMap((direction) => ['weight', 'bias'].map((name) => `folds.0.${direction}.conv.${name}`)),
  );
  for (const [fold, clips] of [
    [0, [0, 1]],
    [1, [1]],
  ] as const) {
    const weights = values.get(`folds.${fold}.v2a.conv.weight`)!;
    const best = objective(weights, clips);
    const direction = noise(weights.length).map((value) => 1e-2 * value);
    const [more, less] = [1, -1].map((sign) =>
      objective(
        weights.map((w, i) => w + sign * direction[i]!),
        clips,
      ),
    );
    expect(Math.min(more!, less!)).toBeGreaterThan(best);
    // At the lowest point both sides rise alike.
    expect(Math.abs(more! - less!)).toBeLessThan(1e-3 * (more! + less! - 2 * best));
  }
});

test('equations with a positive matrix are solved for every right-hand side', () => {
  const matrix = Float64Array.of(4, 2, 0, 2, 5, 1, 0, 1, 3);
  const solved = solvePositive(matrix, Float64Array.of(8, 13, 7, 4, 2, 0), 3);
  const times = (x: readonly number[]) =>
    [0, 1, 2].map((row) => x.reduce((sum, value, column) => sum + matrix[3 * row + column]! * value, 0));
  for (const [start, side] of [
    [0, [8, 13, 7]],
    [3, [4, 2, 0]],
  ] as const)
    for (const [i, value] of times([...solved.subarray(start, start + 3)]).entries())
      expect(value).toBeCloseTo(side[i]!, 12);
});
