import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readSafetensors } from '../files/safetensors.ts';
import { toFloat32 } from '../files/tensor-values.ts';
import { logFrequency, logFrequencyOf, logFrequencySpectrogram } from './log-frequency.ts';

const golden = new URL('../../../shared/golden/systems/vlsa-sound-front-end.safetensors', import.meta.url);
const { sampleRate, samples } = logFrequency;

describe.skipIf(!existsSync(golden))('the reference`s waveforms', () => {
  test.each([0, 1])('waveform %i', (index) => {
    const { tensors } = readSafetensors(readFileSync(golden));
    const of = (name: string) => toFloat32(tensors.get(`${name}.${index}`)!);
    const ours = logFrequencyOf(of('input.waveform'));
    expect(relativeError(ours.logs, of('output.logSpectrogram'))).toBeLessThan(1e-5);
    expect(relativeError(ours.standardised, of('output.spectrogram'))).toBeLessThan(1e-5);
  });
});

test('a tone lies in the row of its frequency, and a short sound is repeated', () => {
  const row = 128;
  const source = ((21 ** (row / 255) - 1) / 20) * 511;
  const frequency = (source * sampleRate) / 1022;
  const tone = Float32Array.from({ length: samples }, (_, n) => Math.sin((2 * Math.PI * frequency * n) / sampleRate));
  const spectrogram = logFrequencySpectrogram({ samples: tone, sampleRate });
  const middle = Array.from({ length: 256 }, (_, i) => spectrogram[i * 256 + 128]!);
  expect(Math.abs(middle.indexOf(Math.max(...middle)) - row)).toBeLessThanOrEqual(1);
  const short = logFrequencySpectrogram({ samples: tone.subarray(0, samples / 3), sampleRate });
  expect(short[row * 256 + 250]).toBeGreaterThan(1);
});

test('silence and no sound at all are zero throughout', () => {
  for (const length of [0, samples]) {
    const spectrogram = logFrequencySpectrogram({ samples: new Float32Array(length), sampleRate });
    expect(spectrogram).toHaveLength(256 * 256);
    expect(spectrogram.every((value) => value === 0)).toBe(true);
  }
});

/** Largest difference over largest value. */
function relativeError(ours: Float32Array, reference: Float32Array): number {
  const largest = reference.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return reference.reduce((most, value, i) => Math.max(most, Math.abs(value - ours[i]!)), 0) / largest;
}
