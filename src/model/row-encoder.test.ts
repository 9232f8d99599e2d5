import { expect, test } from 'vitest';
import { interpret } from '../graph/interpret.ts';
import { elementCount, input, type Shape } from '../graph/tensor.ts';
import { createRandom } from '../random.ts';
import { frozenWeights } from './frozen-weights.ts';
import { pictureRows, rowWidths, soundRows } from './row-encoder.ts';
import { vit } from './vit.ts';
import { vitWeightShapes } from './vit-weights.ts';

// Two blocks over a grid of 8 x 8 patches.
const config = {
  ...{ patchSize: 2, width: 4, depth: 2, heads: 2, mlpWidth: 8, layerNormEpsilon: 1e-6 },
  inputSize: [16, 16] as const,
};
const drawn = (name: string, shape: Shape) => {
  const { normal } = createRandom('row encoder', name);
  return Float32Array.from({ length: elementCount(shape) }, normal);
};
const weights = [...vitWeightShapes({ ...config, patches: 64 })];
const frozen = frozenWeights(new Map(weights.map(([name, shape]) => [name, { shape, data: drawn(name, shape) }])));

test('a picture’s row is its class token beside the mean of its patches', () => {
  const pictures = input('pictures', [2, 3, 16, 16]);
  const rows = pictureRows(pictures, frozen, config);
  const { features } = vit(pictures, frozen, config);
  const [ours, tokens] = interpret([rows, features], new Map([[pictures, drawn('pictures', pictures.shape)]]));
  const { visual } = rowWidths(config);
  expect(rows.shape).toEqual([2, visual]);
  for (const picture of [0, 1]) {
    const row = tokens!.subarray(picture * 65 * 4, (picture + 1) * 65 * 4);
    const patchMean = (channel: number) =>
      row.filter((_, i) => i >= 4 && i % 4 === channel).reduce((a, b) => a + b) / 64;
    const expected = [...row.subarray(0, 4), ...[0, 1, 2, 3].map(patchMean)];
    for (const [i, value] of expected.entries()) expect(ours![picture * visual + i]).toBeCloseTo(value, 10);
  }
});

test('a sound’s row has the means of four bands of rows half-way, the lowest first', () => {
  const sounds = input('sounds', [1, 1, 16, 16]);
  const rows = soundRows(sounds, frozen, config);
  const { hidden } = vit(sounds, frozen, config);
  const [ours, tokens] = interpret([rows, hidden[1]!], new Map([[sounds, drawn('sounds', sounds.shape)]]));
  expect(rows.shape).toEqual([1, rowWidths(config).audio]);
  // Two of the eight rows of eight patches each, after CLS.
  const mean = (band: number, channel: number) =>
    Array.from({ length: 16 }, (_, patch) => tokens![(1 + band * 16 + patch) * 4 + channel]!).reduce((a, b) => a + b) /
    16;
  for (let band = 0; band < 4; band++)
    for (let channel = 0; channel < 4; channel++)
      expect(ours![band * 4 + channel]).toBeCloseTo(mean(band, channel), 10);
});
