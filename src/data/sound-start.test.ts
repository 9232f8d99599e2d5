import { expect, test } from 'vitest';
import { fakeMedia } from './fake-media.test-data.ts';
import { soundStart } from './sound-start.ts';

test('the sound begins at a whole frame after the silence, wherever that ends', async () => {
  const silentUntil = (seconds: number) => ({
    ...fakeMedia(16_000, 15),
    readWaveform: async (from: number, to: number) => ({
      samples: Float32Array.from({ length: Math.round((to - from) * 16_000) }, (_, i) =>
        from + i / 16_000 < seconds ? 0 : 0.1,
      ),
      sampleRate: 16_000,
    }),
  });
  expect(await soundStart(silentUntil(0), 25)).toBe(0);
  // 0.5 s are 12.5 frames: 13, and one more.
  expect(await soundStart(silentUntil(0.5), 25)).toBeCloseTo(14 / 25, 12);
  expect(await soundStart(silentUntil(12), 25)).toBeCloseTo(12 + 1 / 25, 12);
  expect(await soundStart(silentUntil(99), 25)).toBe(0);
});
