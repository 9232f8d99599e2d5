import { expect, test } from 'vitest';
import { createRandom } from '../../random.ts';
import { frequencyScale } from '../../report/frequency-scale.ts';
import type { CurvedEpoch } from '../../train/checkpoint.ts';
import { predictionCard, trainingCurves } from './shown.ts';

const epoch = (number: number, accuracy: number | null): CurvedEpoch => ({
  epoch: number,
  losses: { total: 3 / number, foreground: 2 / number },
  trainAccuracy: 0.5,
  validation: accuracy === null ? null : { accuracy, loss: accuracy, backgroundAuc: null },
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

test('a window’s card names its best classes and has a picture and a spectrogram with maps, without a frame one of them', () => {
  const { uniform } = createRandom('example');
  const random = (length: number) => Float32Array.from({ length }, uniform);
  const window = {
    name: 'a.mp4',
    predicted: 'c',
    classes: ['a', 'b', 'c', 'd'],
    probabilities: [0.1, 0.3, 0.5, 0.1],
    frame: { width: 30, height: 20, data: new Uint8Array(1800) },
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
  const { shown, verdict } = predictionCard(window);
  expect(verdict).toEqual({ said: 'c', truth: undefined });
  expect(shown.map(({ kind }) => kind)).toEqual(['picture', 'spectrogram', 'ranking']);
  const [picture, , ranking] = shown;
  expect(picture).toMatchObject({ caption: 'Frame', map: { name: 'evidence of the picture', rows: 4, columns: 4 } });
  expect(ranking).toMatchObject({ entries: [{ label: 'c' }, { label: 'b' }, { label: 'a' }] });
  expect(predictionCard({ ...window, frame: undefined }).shown[0]).toMatchObject({ kind: 'spectrogram' });
});

test('front ends say what their frequencies are', () => {
  expect(frequencyScale('cremad')).toEqual({ kind: 'linear', low: 0, high: 11025 });
  expect(frequencyScale('ave')).toEqual({ kind: 'mel', low: 20, high: 8000 });
});
