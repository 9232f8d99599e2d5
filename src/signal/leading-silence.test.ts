import { expect, test } from 'vitest';
import { silentFrames } from './leading-silence.ts';

const soundFrom = (sample: number, value = 0.1) => new Float32Array(16_000).fill(value, sample);

test('silence ends at the next frame and one more', () => {
  // 1000 samples are 62.5 ms, which end in the second frame of 40 ms.
  expect(silentFrames(soundFrom(1000), 16_000, 25)).toBe(3);
  expect(silentFrames(soundFrom(640), 16_000, 25)).toBe(2);
});

test('a sound that begins at once keeps all its frames, and so does silence throughout', () => {
  expect(silentFrames(soundFrom(0), 16_000, 25)).toBe(0);
  expect(silentFrames(new Float32Array(16_000), 16_000, 25)).toBe(0);
  expect(silentFrames(soundFrom(1000, 0.0004), 16_000, 25)).toBe(0);
});
