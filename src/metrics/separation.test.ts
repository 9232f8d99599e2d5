import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readSafetensors } from '../files/safetensors.ts';
import { createRandom } from '../random.ts';
import { estoi, stoi } from './intelligibility.ts';
import { sdrV3, sdrV4, siSdr, siSdrGain, snr } from './separation.ts';

const file = new URL('../../../shared/golden/systems/avsepchain-metrics.safetensors', import.meta.url);

describe.skipIf(!existsSync(file))('ratios and intelligibility are those of the reference packages', () => {
  const golden = () => readSafetensors(readFileSync(file));
  const buffer = (name: string) => new Uint8Array(golden().tensors.get(name)!.bytes).buffer;
  const signal = (name: string) => new Float32Array(buffer(`signal.${name}`));
  const sampleRate = 16_000;
  const waveform = (samples: Float32Array) => ({ samples, sampleRate });

  test.each([
    ['snr', snr, 5],
    ['sdrV4whole', snr, 3],
    ['siSdr', siSdr, 5],
    ['sdrV3', sdrV3, 5],
    ['sdrV3fast', sdrV3, 5],
    ['sdrV4medianHalfSecond', (y, s) => sdrV4(y, s, sampleRate / 2), 3],
    ['stoi', (y, s) => stoi(waveform(y), waveform(s)), 4],
    ['estoi', (y, s) => estoi(waveform(y), waveform(s)), 4],
  ] satisfies [string, (estimate: Float32Array, target: Float32Array) => number | null, number][])(
    '%s',
    (name, measure, digits) => {
      const expected = new Float64Array(buffer(`metric.${name}`));
      const target = signal('target');
      const estimates = JSON.parse(golden().metadata.estimates!) as string[];
      const values = estimates.map((estimate) => measure(signal(`estimate.${estimate}`), target));
      expect(values).toEqual([...expected].map((value) => expect.closeTo(value, digits)));
    },
  );
});

const { normal } = createRandom('separation metrics');
const noise = (length: number) => Float32Array.from({ length }, normal);

test('the scale of an estimate counts for SNR alone, a delay for neither SDR of BSS Eval 3', () => {
  const target = noise(4000);
  const estimate = target.map((value, i) => value + 0.1 * Math.sin(i));
  const half = estimate.map((value) => value / 2);
  expect(siSdr(half, target)).toBeCloseTo(siSdr(estimate, target)!, 4);
  expect(snr(half, target)).toBeCloseTo(6, 0);
  const late = Float32Array.from(target, (_, i) => target[i - 20] ?? 0);
  expect(siSdr(late, target)).toBeLessThan(-20);
  expect(sdrV3(late, target)).toBeGreaterThan(15);
});

test('the gain is what an estimate adds to the mixture', () => {
  const target = noise(1000);
  const interferer = noise(1000);
  const mixture = target.map((value, i) => value + interferer[i]!);
  const estimate = target.map((value, i) => value + interferer[i]! / 10);
  expect(siSdrGain(estimate, target, mixture)).toBeCloseTo(20, 0);
});

test('nothing can be said of a silent target or estimate, nor of speech that is too short', () => {
  const [sound, silence] = [noise(2000), new Float32Array(2000)];
  for (const [y, s] of [
    [sound, silence],
    [silence, sound],
  ] as const)
    expect([snr(y, s), siSdr(y, s), sdrV3(y, s), sdrV4(y, s, 1000)]).toEqual([null, null, null, null]);
  const short = { samples: sound, sampleRate: 16_000 };
  expect([stoi(short, short), estoi(short, short)]).toEqual([null, null]);
});
