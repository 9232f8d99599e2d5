import { expect, test } from 'vitest';
import { interpret } from '../../graph/interpret.ts';
import { input } from '../../graph/tensor.ts';
import { createRandom } from '../../random.ts';
import { decodeSound, encodeSound, segment, unsegment } from './filterbank.ts';
import { miniFilterbank } from './filterbank-config.test-data.ts';
import { gridOf } from './filterbank-config.ts';

const drawn = (name: string, length: number) => {
  const { normal } = createRandom('filterbank test', name);
  return Float64Array.from({ length }, normal);
};

test.each([21, 24, 31, 40])('chunks of a sound of %d samples add up to twice the frames', (samples) => {
  const grid = gridOf(miniFilterbank, { samples, frames: 3 });
  const x = input('x', [2, grid.length, 3], 'float64');
  const values = drawn(`frames ${samples}`, 2 * grid.length * 3);
  const [back] = interpret([unsegment(segment(x, grid), grid)], new Map([[x, values]]));
  for (const [index, value] of values.entries()) expect(back![index]).toBeCloseTo(2 * value, 12);
});

test('the filterbank is a convolution and a transposed one, by their definitions', () => {
  const { kernel, channels } = miniFilterbank;
  const samples = 23;
  const stride = kernel / 2;
  const length = Math.floor((samples - kernel) / stride) + 1;
  const tensors = {
    sound: input('sound', [1, samples], 'float64'),
    analysis: input('analysis', [channels, kernel], 'float64'),
    synthesis: input('synthesis', [channels, kernel], 'float64'),
  };
  const [sound, analysis, synthesis] = [
    drawn('sound', samples),
    drawn('a', channels * kernel),
    drawn('s', channels * kernel),
  ];
  const codec = (name: string) => tensors[name as 'analysis'];
  const encoded = encodeSound(tensors.sound, codec, miniFilterbank);
  const results = interpret(
    [encoded, decodeSound(encoded, codec, samples)],
    new Map([
      [tensors.sound, sound],
      [tensors.analysis, analysis],
      [tensors.synthesis, synthesis],
    ]),
  );
  const decoded = new Float64Array(samples);
  for (let frame = 0; frame < length; frame++)
    for (let channel = 0; channel < channels; channel++) {
      let total = 0;
      for (let tap = 0; tap < kernel; tap++) total += sound[frame * stride + tap]! * analysis[channel * kernel + tap]!;
      const value = Math.max(total, 0);
      expect(results[0]![frame * channels + channel]).toBeCloseTo(value, 12);
      for (let tap = 0; tap < kernel; tap++)
        decoded[frame * stride + tap]! += value * synthesis[channel * kernel + tap]!;
    }
  for (const [index, value] of decoded.entries()) expect(results[1]![index]).toBeCloseTo(value, 12);
});

test('chunks and frames of the picture run in step at the usual sizes', () => {
  const config = { ...miniFilterbank, sampleRate: 16_000, framesPerSecond: 25, kernel: 16, chunk: 160 };
  for (const [samples, frames] of [
    [64_000, 100],
    [32_000, 50],
  ] as const) {
    const { frameOfChunk, chunksWithFrames } = gridOf(config, { samples, frames });
    expect(chunksWithFrames).toBe(frames);
    expect(frameOfChunk.slice(0, frames)).toEqual(Array.from({ length: frames }, (_, frame) => frame));
    expect(frameOfChunk.slice(frames).every((frame) => frame === frames - 1)).toBe(true);
    expect(frameOfChunk.length).toBeLessThanOrEqual(frames + 2);
  }
});
