import { expect, test } from 'vitest';
import type { Batch } from '../../data/batch.ts';
import { interpret } from '../../graph/interpret.ts';
import { constant } from '../../graph/tensor.ts';
import { createRandom } from '../../random.ts';
import { idealRatioGain, steadyMaskGain } from './bounds.ts';
import { classSpectraMask, firstClassSpectra } from './class-spectra.ts';
import { mixSounds } from './mix.ts';
import { meanSpectrum } from './mixture-spectra.ts';

const grid = { sampleRate: 8000, window: 256, bands: 8 };
const tone = (hertz: number) =>
  Float32Array.from({ length: 4096 }, (_, i) => Math.sin((2 * Math.PI * hertz * i) / grid.sampleRate));
const [low, high] = [tone(300), tone(2500)];
const spectra = [low, high].map((sound) => meanSpectrum(sound, grid));

test('masks tell a low tone from a high one, and the ideal one knows which', () => {
  const mixture = mixSounds(low, high, 0);
  expect(idealRatioGain(mixture, grid.window)).toBeGreaterThan(20);
  const mask = (wanted: number) =>
    spectra[wanted]!.map((share, band) => share / (share + spectra[1 - wanted]![band]! + 1e-9));
  expect(steadyMaskGain(mixture, mask(0), grid)).toBeGreaterThan(15);
  expect(steadyMaskGain(mixture, mask(1), grid)).toBeLessThan(-15);
  // A mask of ones leaves the mixture.
  expect(steadyMaskGain(mixture, new Float32Array(8).fill(1), grid)).toBeCloseTo(0, 1);
});

test('a probe of training pictures chooses the mean spectra', async () => {
  const size = { labels: ['high', 'low'], width: 5, bands: 8 };
  const { normal } = createRandom('class spectra test');
  const clips = Array.from({ length: 30 }, (_, index) => ({
    label: size.labels[index % 2]!,
    sign: index % 2 ? 1 : -1,
  }));
  const seen = (sign: number) => Float32Array.from({ length: 5 }, (_, i) => normal() + (i === 2 ? 4 * sign : 0));
  const batch: Batch = {
    rows: clips.map(({ label }, index) => ({ clips: [`${index}`], target: label })),
    arrays: {
      visual: Float32Array.from(clips.flatMap(({ sign }) => [...seen(sign)])),
      spectrum: Float32Array.from(clips.flatMap(({ label }) => [...spectra[label === 'low' ? 0 : 1]!])),
    },
    count: clips.length,
  };
  const values = await firstClassSpectra(
    {
      async *walk() {
        yield batch;
      },
      embed: async () => [],
    },
    size,
  );
  const shapes: Readonly<Record<string, readonly number[]>> = {
    ...{ 'bound.probe.weight': [2, 5], 'bound.probe.bias': [2], 'bound.spectra': [2, 8] },
  };
  const weights = (name: string) => constant(values.get(name)!, shapes[name]!);
  const visual = constant(Float32Array.from([...seen(1), ...seen(-1)]), [2, 5]);
  const [masks] = interpret([classSpectraMask(visual, weights, size)], new Map());
  const loudest = spectra[0]!.indexOf(Math.max(...spectra[0]!));
  expect(masks![loudest]).toBeGreaterThan(0.9);
  expect(masks![8 + loudest]).toBeLessThan(0.1);
});
