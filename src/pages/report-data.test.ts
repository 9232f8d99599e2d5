import { expect, test } from 'vitest';
import { createRandom } from '../random/random.ts';
import { type CurvedEpoch, frequencyScale, predictionExample, trainingCurves } from './report-data.ts';

const epoch = (number: number, validationAccuracy: number | null): CurvedEpoch => ({
  epoch: number,
  losses: { total: 3 / number, foreground: 2 / number },
  trainAccuracy: 0.5,
  validationAccuracy,
  validationLoss: validationAccuracy,
  validationBackgroundAuc: null,
});

test('curves of what was not measured are left out', () => {
  const names = (history: CurvedEpoch[]) =>
    trainingCurves(history, 1).map(({ series }) => series.map(({ name }) => name));
  expect(names([epoch(1, 0.5), epoch(2, 0.6)])).toEqual([
    ['all, in training', 'class, in training', 'class, validation'],
    ['training', 'validation'],
  ]);
  expect(names([epoch(1, null)])).toEqual([['all, in training', 'class, in training'], ['training']]);
  expect(names([])).toEqual([]);
});

test('an example names its best classes and has four pictures, without a frame two', async () => {
  const { uniform } = createRandom('example');
  const random = (length: number) => Float32Array.from({ length }, uniform);
  const window = {
    name: 'a.mp4',
    predicted: 'c',
    classes: ['a', 'b', 'c', 'd'],
    probabilities: [0.1, 0.3, 0.5, 0.1],
    frame: { picture: { width: 30, height: 20, data: new Uint8Array(1800) } },
    spectrogram: random(64 * 64),
    inputs: {
      imageSize: 64,
      mean: [0.5, 0.5, 0.5],
      std: [0.5, 0.5, 0.5],
      frontEnd: 'ave',
      spectrogramSize: [64, 64],
      resizeFilter: 'bicubic',
    },
    patchSize: 16,
    visualMap: random(16),
    audioMap: random(16),
  } as const;
  const example = await predictionExample(window);
  expect(example.probabilities.map(({ label }) => label)).toEqual(['c', 'b', 'a']);
  expect(example.images.map(({ width, height }) => [width, height])).toEqual([
    [440, 293],
    [440, 293],
    [64, 64],
    [64, 64],
  ]);
  for (const { uri } of example.images) expect(uri).toMatch(/^data:image\/jpeg;base64,\/9j\//);
  expect((await predictionExample({ ...window, frame: undefined })).images.length).toBe(2);
});

test('front ends say what their frequencies are', () => {
  expect(frequencyScale('cremad')).toEqual({ kind: 'linear', low: 0, high: 11025 });
  expect(frequencyScale('ave')).toEqual({ kind: 'mel', low: 20, high: 8000 });
});
