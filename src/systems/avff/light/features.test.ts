import { describe, expect, test } from 'vitest';
import { createRandom } from '../../../random.ts';
import { cells, featuresOf, mirrored, standardised } from './features.ts';
import {
  bands,
  frameCount,
  frameSize,
  frameTimes,
  keptEnergies,
  type Streams,
  samplesFor,
  stretch,
} from './reading.ts';

const pixels = frameSize ** 2;

/** Noise that changes everywhere, with noise of changing loudness. */
function lively(frames: number, name = 'lively'): { frames: Uint8Array; energies: Float32Array } {
  const random = createRandom('streams', name);
  return {
    frames: Uint8Array.from({ length: frames * pixels }, () => random.integer(256)),
    energies: Float32Array.from({ length: frames * 2 * bands }, () => Math.exp(random.normal())),
  };
}

const mean = (values: Float32Array) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Repeats the picture before it at some frames. */
function repeating(streams: Streams, ...repeated: readonly number[]): Streams {
  const frames = streams.frames.slice();
  for (const frame of repeated) frames.copyWithin(frame * pixels, (frame - 1) * pixels, frame * pixels);
  return { ...streams, frames };
}

describe('what is kept of a clip', () => {
  test('frames are read in the middle of every 25th of a second, and no later than the clip lasts', () => {
    expect(frameTimes(0.13)).toEqual([0.02, 0.06, 0.1]);
    expect(frameTimes(5)).toHaveLength(125);
  });

  test('a tone is loudest in the band that holds it, at the steps where it sounds', () => {
    const { count, sampleRate } = samplesFor(20);
    const tone = (hertz: number) =>
      Float32Array.from({ length: count }, (_, i) =>
        i < count / 2 ? 0 : Math.sin((2 * Math.PI * hertz * i) / sampleRate),
      );
    const loudest = (hertz: number) => {
      const energies = keptEnergies(tone(hertz), 20);
      const late = energies.subarray(30 * bands, 31 * bands);
      expect(Math.max(...energies.subarray(0, 15 * bands))).toBe(0);
      return late.indexOf(Math.max(...late));
    };
    expect([100, 1000, 7000].map(loudest)).toEqual([0, 2, 7]);
  });

  test('a stretch has the frames and the sound of the same time', () => {
    const streams = lively(10);
    const { frames, energies } = stretch(streams, 4, 6);
    expect([frames[0], frames.length]).toEqual([streams.frames[4 * pixels], 2 * pixels]);
    expect([energies[0], energies.length]).toEqual([streams.energies[8 * bands], 4 * bands]);
  });
});

describe('features', () => {
  test('each series has mean 0 and deviation 1, and a constant one is 0', () => {
    const { motion, sound, moments } = featuresOf(lively(40));
    expect(moments).toBe(39);
    for (const [series, width] of [
      [motion, cells],
      [sound, bands],
    ] as const) {
      const first = [...series].filter((_, place) => place % width === 3);
      expect(first.reduce((sum, value) => sum + value, 0) / moments).toBeCloseTo(0, 5);
      expect(first.reduce((sum, value) => sum + value ** 2, 0) / moments).toBeCloseTo(1, 5);
    }
    expect(standardised(Float32Array.of(2, 1, 2, 3), 2)).toEqual(Float32Array.of(0, -1, 0, 1));
  });

  test('a change in one place moves that cell alone, at that moment', () => {
    const frames = new Uint8Array(10 * pixels).fill(100);
    // Row 5, column 9 lies in the second row and third column of cells, whose size is 4.
    frames[6 * pixels + 5 * frameSize + 9] = 200;
    const { motion, moments } = featuresOf({ ...lively(10), frames });
    const moved = [...motion.keys()].filter((place) => motion[place]! > 0);
    expect(moved).toEqual([5, 6].map((moment) => moment * cells + 1 * 7 + 2));
    expect(moments).toBe(9);
  });

  test('frames repeated for want of a faster file do not count as still, a longer standstill does', () => {
    const streams = lively(20);
    expect(mean(featuresOf(streams).stills)).toBe(0);
    expect(mean(featuresOf(repeating(streams, 5, 9, 13)).stills)).toBe(0);
    expect(mean(featuresOf(repeating(streams, 5, 6, 7, 8)).stills)).toBe(0);
    expect(mean(featuresOf(repeating(streams, 5, 6, 7, 8, 9)).stills)).toBeCloseTo(5 / 19, 12);
  });

  test('a repeated frame halves the change that follows between two moments', () => {
    const streams = lively(20);
    const motionAt = (of: Streams, moment: number) =>
      featuresOf(of).motion.subarray(moment * cells, (moment + 1) * cells);
    const repeated = repeating(streams, 5);
    expect(motionAt(repeated, 4)).toEqual(motionAt(repeated, 5));
  });

  test('silence is the share of moments without any sound', () => {
    const streams = lively(21);
    const energies = streams.energies.slice().fill(0, 0, 22 * bands);
    expect(mean(featuresOf({ ...streams, energies }).silents)).toBeCloseTo(10 / 20, 12);
    expect(frameCount(streams)).toBe(21);
  });
});

test('a mirrored picture moves where its mirror image does', () => {
  const streams = lively(10);
  const flipped = streams.frames.map((_, i) => streams.frames[i - (i % frameSize) + frameSize - 1 - (i % frameSize)]!);
  const [plain, mirror] = [featuresOf(streams), featuresOf({ ...streams, frames: flipped })];
  for (const [i, value] of mirrored(plain.motion).entries()) expect(value).toBeCloseTo(mirror.motion[i]!, 5);
});
