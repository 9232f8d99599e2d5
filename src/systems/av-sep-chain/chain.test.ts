import { describe, expect, test } from 'vitest';
import type { Example } from '../../data/dataset.ts';
import { type Pass, plainPass, type StoredReading } from '../../data/intake.ts';
import { createRandom } from '../../random.ts';
import { chainIntake } from './chain-intake.ts';
import { chainGrid, maskOfEstimate } from './chain-model.ts';
import type { MixtureRow } from './mixture-plan.ts';

const options = {
  ...{ key: 'test', ratioRange: 5, perClip: 1, sampleRate: 1000, framesPerSecond: 10 },
  ...{ trainingSamples: 500, windowSamples: 1000 },
};

/** A second of sound whose samples say their clip and time; its frame k is seen as [clip, k], every other as before. */
const ids = ['a', 'b', 'c'];
const stored = new Map(
  ids.map((id, clip): [string, StoredReading] => {
    const arrays: Record<string, Awaited<ReturnType<StoredReading['get']>>> = {
      sound: { shape: [2000], data: Float32Array.from({ length: 2000 }, (_, i) => (clip + 1) * (1 + i)) },
      visual: { shape: [10, 1, 2], data: Float32Array.from({ length: 20 }, (_, i) => (i % 2 ? i - 1 : clip)) },
      places: { shape: [20], data: Float32Array.from({ length: 20 }, (_, frame) => frame >> 1) },
    };
    return [id, { names: Object.keys(arrays), get: async (name) => arrays[name]!, close: async () => undefined }];
  }),
);

describe('rows of the filterbank form', () => {
  const intake = chainIntake(options);
  const examples = ids.map(
    (id): Example => ({
      ...{ id, annotations: [{ kind: 'speech', speaker: id }], split: 'train' },
      media: { kind: 'video', path: id },
    }),
  );
  const rowsOf = (pass: Pass) =>
    Promise.all(
      intake.plan(examples, pass).map(async (row) => ({
        row: row as MixtureRow,
        arrays: (await intake.row(row, async (id) => stored.get(id)!, pass)) as Record<string, Float32Array>,
      })),
    );

  test('have the frames of the target’s own picture that go with its cut', async () => {
    for (const { row, arrays } of await rowsOf({ name: 'train', seed: 1, epoch: 0 })) {
      const { target, visual } = arrays;
      expect([target!.length, visual!.length]).toEqual([500, 10]);
      expect(visual!.filter((_, i) => i % 2 === 0)).toEqual(new Float32Array(5).fill(ids.indexOf(row.clips[0])));
      // The sound rises by its first sample's height over its place in the clip.
      const start = Math.round(target![0]! / (target![1]! - target![0]!)) - 1;
      const frames = Float32Array.from({ length: 5 }, (_, index) => Math.floor(start / 100 + index + 0.5) & ~1);
      expect(visual!.filter((_, i) => i % 2 === 1)).toEqual(frames);
    }
  });

  test('of evaluation differ by what is seen alone', async () => {
    const [told, misled, blind] = await Promise.all(
      ['evaluate', 'misled', 'without picture'].map((name) => rowsOf(plainPass(name))),
    );
    for (const [index, { row, arrays }] of told!.entries()) {
      expect(misled![index]!.arrays.mixture).toEqual(arrays.mixture);
      expect(ids[misled![index]!.arrays.visual![0]!]).toBe(row.clips[1]);
      expect(blind![index]!.arrays.visual).toEqual(new Float32Array(20));
    }
  });
});

test('band masks of an estimate follow its bands, whatever its level', () => {
  const grid = chainGrid({ sampleRate: 8000 });
  const tone = (hertz: number) => Float32Array.from({ length: 8192 }, (_, i) => Math.sin((i * Math.PI * hertz) / 4000));
  const [low, high] = [tone(400), tone(3000)];
  const { normal } = createRandom('chain test');
  const mixture = low.map((value, i) => value + high[i]! + 0.01 * normal());
  const [plain, louder] = [1, 7].map((gain) =>
    maskOfEstimate(
      mixture,
      low.map((value) => gain * value),
      grid,
    ),
  );
  for (const [index, value] of plain!.entries()) expect(louder![index]).toBeCloseTo(value, 4);
  const frame = plain!.subarray(8 * grid.bands, 9 * grid.bands);
  const bandOf = (hertz: number) =>
    Math.round((Math.log(1 + hertz / 700) / Math.log(1 + 4000 / 700)) * (grid.bands + 1)) - 1;
  expect(frame[bandOf(400)]).toBeGreaterThan(0.95);
  expect(frame[bandOf(3000)]).toBeLessThan(0.05);
});
