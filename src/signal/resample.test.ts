import { describe, expect, test } from 'vitest';
import { createRandom } from '../random.ts';
import { resample } from './resample.ts';
import type { Waveform } from './waveform.ts';

const SECONDS = 1;

function tone(frequency: number, sampleRate: number, phase = 0.7): Waveform {
  const samples = Float32Array.from({ length: SECONDS * sampleRate }, (_, n) =>
    Math.sin((2 * Math.PI * frequency * n) / sampleRate + phase),
  );
  return { samples, sampleRate };
}

/**
 * The largest of |values[n] - expected(n)|, the tenth of the sound at either end left out: there the silence around it
 * is heard.
 */
function worstInside(values: Float32Array, expected: (n: number) => number): number {
  const edge = Math.floor(values.length / 10);
  return values
    .subarray(edge, -edge)
    .reduce((worst, value, n) => Math.max(worst, Math.abs(value - expected(n + edge))), 0);
}

const rates = [
  { from: 48_000, to: 16_000 },
  { from: 44_100, to: 16_000 },
  { from: 8_000, to: 16_000 },
  { from: 22_050, to: 16_000 },
  { from: 16_000, to: 22_050 },
  { from: 11_025, to: 16_000 },
  { from: 192_000, to: 22_050 },
  { from: 44_056, to: 15_999 },
  { from: 47_952.05, to: 16_000 },
];

describe.each(rates)('from $from Hz to $to Hz', ({ from, to }) => {
  const nyquist = Math.min(from, to) / 2;

  test('tones up to 0.9 of the Nyquist frequency keep amplitude and phase', () => {
    for (const part of [0.003, 0.31, 0.77, 0.9]) {
      const { samples, sampleRate } = resample(tone(part * nyquist, from), to);
      const expected = tone(part * nyquist, to).samples;
      expect(sampleRate).toBe(to);
      expect(samples).toHaveLength(Math.round((Math.floor(SECONDS * from) * to) / from));
      expect(worstInside(samples, (n) => expected[n]!)).toBeLessThan(1e-5);
    }
  });

  test('tones above the new Nyquist frequency are down by 100 dB', () => {
    const parts = [1.001, 1.03, 1.2, 1.5, 1.99, 4.3].filter((part) => part * nyquist < from / 2);
    expect(parts.length > 0).toBe(to < from);
    for (const part of parts)
      expect(worstInside(resample(tone(part * nyquist, from), to).samples, () => 0)).toBeLessThan(1e-5);
  });

  test('a constant stays constant', () => {
    const samples = new Float32Array(from).fill(0.625);
    expect(worstInside(resample({ samples, sampleRate: from }, to).samples, () => 0.625)).toBeLessThan(1e-6);
  });
});

test('doubling the rate makes no image of a tone near the old Nyquist frequency', () => {
  // The image of 3900 Hz would lie at 4100 Hz.
  const { samples } = resample(tone(3900, 8000), 16_000);
  const edge = 1600;
  const inside = samples.subarray(edge, -edge);
  let real = 0;
  let imaginary = 0;
  inside.forEach((value, n) => {
    const window = 0.5 - 0.5 * Math.cos((2 * Math.PI * n) / inside.length);
    real += value * window * Math.cos((2 * Math.PI * 4100 * n) / 16_000);
    imaginary += value * window * Math.sin((2 * Math.PI * 4100 * n) / 16_000);
  });
  expect((4 * Math.hypot(real, imaginary)) / inside.length).toBeLessThan(1e-5);
});

test('equal rates return the waveform itself', () => {
  const waveform = tone(440, 16_000);
  expect(resample(waveform, 16_000)).toBe(waveform);
});

test.each([0, 1, 2, 7, 441, 12_345])('%i samples become round(samples * to / from)', (length) => {
  const waveform = { samples: new Float32Array(length).fill(1), sampleRate: 44_100 };
  for (const to of [16_000, 22_050, 96_000]) {
    const { samples } = resample(waveform, to);
    expect(samples).toHaveLength(Math.round((length * to) / 44_100));
    expect(samples.every(Number.isFinite)).toBe(true);
  }
});

test('what comes out does not depend on where the blocks of work begin', () => {
  const random = createRandom('resample blocks');
  const samples = Float32Array.from({ length: 60_000 }, () => random.normal());
  const whole = resample({ samples, sampleRate: 44_100 }, 16_000).samples;
  // 441 input samples are 160 output samples.
  const later = resample({ samples: samples.subarray(441 * 20), sampleRate: 44_100 }, 16_000).samples;
  expect(worstInside(later, (n) => whole[n + 160 * 20]!)).toBeLessThan(1e-6);
});

test('the sound a moment earlier, reversed in time, is the same sound reversed', () => {
  const random = createRandom('resample symmetry');
  const samples = Float32Array.from({ length: 4801 }, () => random.normal());
  const forward = resample({ samples, sampleRate: 48_000 }, 16_000).samples;
  const backward = resample({ samples: samples.slice().reverse(), sampleRate: 48_000 }, 16_000).samples;
  // Index 0 and 4800 are both moments of the new rate, so reversal maps its samples onto each other.
  expect(forward).toHaveLength(1600);
  expect(worstInside(backward.subarray(1), (n) => forward[1599 - n]!)).toBeLessThan(1e-5);
});

test('rates that are not positive are refused', () => {
  expect(() => resample({ samples: new Float32Array(4), sampleRate: 0 }, 16_000)).toThrow(/must be positive/);
  expect(() => resample({ samples: new Float32Array(4), sampleRate: 8000 }, Number.NaN)).toThrow(/must be positive/);
});
