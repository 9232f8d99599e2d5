import { describe, expect, test } from 'vitest';
import { concat, matMul, multiply, transpose } from '../../graph/functions.ts';
import { interpret } from '../../graph/interpret.ts';
import { constantLike, input } from '../../graph/tensor.ts';
import { createRandom } from '../../random.ts';
import { fourierTransform } from '../../signal/fourier.ts';
import type { Channels } from '../../signal/waveform.ts';
import { applyMasks } from './apply-masks.ts';
import { blendMasks, windowStarts } from './blend-masks.ts';
import { soundOfSpectra, spectra } from './fourier-frames.ts';
import { melBands } from './mel-bands.ts';

const maskGrid = { sampleRate: 16_000, window: 1024, bands: 64 };

/** 16-bit noise. */
function noise(length: number, name: string): Float32Array {
  const { normal } = createRandom('apply masks', name);
  return Float32Array.from({ length }, () => (Math.round(3000 * normal()) || 0) / 2 ** 15);
}

async function* blocks(sound: Channels, size: number): AsyncGenerator<Channels> {
  for (let start = 0; start < sound[0]!.length; start += size)
    yield sound.map((samples) => samples.subarray(start, start + size));
}

async function* stream<Item>(items: Iterable<Item>): AsyncGenerator<Item> {
  yield* items;
}

async function stemsOf(sound: Channels, sampleRate: number, masks: AsyncIterable<Float32Array>, grid = maskGrid) {
  const format = { sampleRate, channels: sound.length };
  const parts: { target: Channels; rest: Channels }[] = [];
  for await (const part of applyMasks(blocks(sound, 777), masks, grid, format)) parts.push(part);
  const joined = (stem: 'target' | 'rest') =>
    sound.map((_, channel) => Float32Array.from(parts.flatMap((part) => [...part[stem][channel]!])));
  return { target: joined('target'), rest: joined('rest') };
}

const drawnMasks = (frames: number, bands: number) => {
  const { uniform } = createRandom('masks', frames, bands);
  return Array.from({ length: frames }, () => Float32Array.from({ length: bands }, uniform));
};

describe('the stems', () => {
  test.each([
    [8_000, 1],
    [16_000, 1],
    [44_100, 2],
    [48_000, 3],
  ])('at %d Hz with %d channels add up to the sound sample for sample', async (sampleRate, channels) => {
    const sound = Array.from({ length: channels }, (_, channel) => noise(sampleRate + 123, `${channel}`));
    const { target, rest } = await stemsOf(sound, sampleRate, stream(drawnMasks(20, 64)));
    for (const [channel, samples] of sound.entries()) {
      expect(rest[channel]!.some((value) => value !== 0)).toBe(true);
      expect(target[channel]!.map((value, i) => value + rest[channel]![i]!)).toEqual(samples);
    }
  });

  test('of a sound of one sample, or of none, are as long', async () => {
    const one = await stemsOf([noise(1, 'one')], 16_000, stream(drawnMasks(3, 64)));
    expect([one.target[0]!.length, one.rest[0]!.length]).toEqual([1, 1]);
    expect((await stemsOf([new Float32Array(0)], 16_000, stream(drawnMasks(3, 64)))).target[0]!.length).toBe(0);
  });

  test('at the rate of the masks are what the network itself computes', async () => {
    const small = { sampleRate: 16_000, window: 32, bands: 6 };
    const [samples, frames, bins] = [320, 21, 17];
    const masks = drawnMasks(frames, 6);
    const sound = noise(samples, 'network');
    const x = input('x', [1, samples], 'float64');
    const { spread } = melBands(6, 32, 16_000);
    const table = transpose(constantLike(spread.values, [bins, 6], 'float64'), [1, 0]);
    const mask = matMul(
      constantLike(
        masks.flatMap((frame) => [...frame]),
        [1, frames, 6],
        'float64',
      ),
      table,
    );
    const masked = soundOfSpectra(multiply(spectra(x, 32), concat([mask, mask], 2)), 32);
    const [expected] = interpret([masked], new Map([[x, sound]]));
    const { target } = await stemsOf([sound], 16_000, stream(masks), small);
    for (const [index, value] of expected!.entries()) expect(target[0]![index]).toBeCloseTo(value, 6);
  });

  test('above the range of the masks follow the highest band', async () => {
    const sampleRate = 48_000;
    const sine = Float32Array.from(
      { length: sampleRate },
      (_, i) => 0.5 * Math.sin((2 * Math.PI * 15_000 * i) / sampleRate),
    );
    const mask = Float32Array.from({ length: 64 }, (_, band) => (band === 63 ? 0.75 : 0));
    const { target } = await stemsOf([sine], sampleRate, stream([mask]));
    for (let i = 5000; i < 40_000; i += 997) expect(target[0]![i]).toBeCloseTo(0.75 * sine[i]!, 4);
  });
});

describe('windows of a long sine', () => {
  const sampleRate = 16_000;
  const length = 10 * sampleRate;
  const sine = Float32Array.from({ length }, (_, i) => 0.5 * Math.sin((2 * Math.PI * 1000 * i) / sampleRate));
  const frames = Math.ceil(length / 512) + 1;
  const windows = (level: (window: number) => number) =>
    windowStarts(frames, 129, 64).map((start, window) => ({
      start,
      values: new Float32Array(129 * 64).fill(level(window)),
    }));
  const separated = async (level: (window: number) => number) =>
    (await stemsOf([sine], sampleRate, blendMasks(stream(windows(level)), 64))).target[0]!;

  test('that say the same leave no trace of their edges', async () => {
    const target = await separated(() => 0.4);
    // At its ends the cut sine has a mean, which no band holds.
    const inner = (samples: Float32Array) => samples.subarray(1024, length - 1024);
    const difference = inner(target).map((value, i) => Math.abs(value - 0.4 * inner(sine)[i]!));
    expect(difference.findIndex((value) => !(value < 1e-6))).toBe(-1);
  });

  test('that disagree fade into each other without a click', async () => {
    const target = await separated((window) => (window % 2 === 0 ? 0.4 : 0.6));
    const size = 4096;
    for (let start = 0; start + size <= length; start += size / 2) {
      const real = Float64Array.from(
        { length: size },
        (_, i) => target[start + i]! * Math.sin((Math.PI * i) / size) ** 2,
      );
      const imaginary = new Float64Array(size);
      fourierTransform(size)(real, imaginary);
      const energies = Array.from({ length: size / 2 }, (_, bin) => real[bin]! ** 2 + imaginary[bin]! ** 2);
      const whole = energies.reduce((total, value) => total + value, 0);
      const beside = energies.filter((_, bin) => Math.abs((bin * sampleRate) / size - 1000) > 50);
      // 50 Hz beside a tone of 1 kHz is masked at 30 dB below it; a click would be ten times louder than that.
      expect(10 * Math.log10(beside.reduce((total, value) => total + value, 0) / whole)).toBeLessThan(-60);
    }
  });
});

test('windows cover every frame, the last one to the end', () => {
  for (const count of [1, 129, 130, 193, 200, 1000]) {
    const starts = windowStarts(count, 129, 64);
    expect(starts[0]).toBe(0);
    for (const [index, start] of starts.slice(1).entries()) {
      expect(start).toBeGreaterThan(starts[index]!);
      expect(start - starts[index]!).toBeLessThanOrEqual(64);
    }
    expect(starts.at(-1)).toBe(Math.max(0, count - 129));
  }
});
