import { describe, expect, test } from 'vitest';
import type { Example } from '../../data/dataset.ts';
import { fakeMedia } from '../../data/fake-media.test-data.ts';
import type { Pass, Reading, StoredReading, Window } from '../../data/intake.ts';
import { plainPass } from '../../data/intake.ts';
import type { Media } from '../../media/media.ts';
import { type ExtractIntakeOptions, extractIntake } from './extract-intake.ts';

const options: ExtractIntakeOptions = {
  mixtures: { ratioRange: 5, pictures: 'own', silentShare: 0 },
  ...{ sampleRate: 8000, window: 256, trainingSamples: 1024, windowSamples: 2048, pictures: 2, augment: 'standard' },
  ...{ imageSize: { height: 4, width: 6 }, mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5], factors: 7, dropout: 0.5 },
};
const intake = extractIntake(options);

/** Two clips of one class and two of another, with pictures of their own and tones of their own. */
const ids = ['a/0', 'a/1', 'b/0', 'b/1'];
const examples = ids.map(
  (id): Example => ({
    ...{ id, annotations: [{ kind: 'speech', speaker: id[0]! }], split: 'train' },
    media: { kind: 'video', path: id },
  }),
);
const stored = new Map(
  ids.map((id, index): [string, StoredReading] => {
    const arrays: Reading['arrays'] = {
      sound: { shape: [8000], data: Float32Array.from({ length: 8000 }, (_, i) => Math.sin(i * (0.1 + 0.2 * index))) },
      'picture.0': { shape: [4, 6, 3], data: new Uint8Array(72).fill(60 * index) },
    };
    return [id, { names: Object.keys(arrays), get: async (name) => arrays[name]!, close: async () => undefined }];
  }),
);
const open = async (id: string) => stored.get(id)!;
const rowsOf = (pass: Pass) =>
  Promise.all(intake.plan(examples, pass).map(async (row) => ({ row, arrays: await intake.row(row, open, pass) })));
const shownClip = (images: Float32Array, place: number) => Math.round(((images[place * 72]! + 1) / 2) * (255 / 60));

describe('rows', () => {
  test('of training mix two sounds at one level, show both pictures, and repeat for a seed and epoch', async () => {
    const pass = { name: 'train', seed: 3, epoch: 1 };
    const rows = await rowsOf(pass);
    for (const { row, arrays } of rows) {
      const { mixture, target, images, factors } = arrays as Record<string, Float32Array>;
      expect([mixture!.length, target!.length, images!.length, factors!.length]).toEqual([1024, 1024, 144, 7]);
      expect(Math.hypot(...mixture!) / 32).toBeCloseTo(0.1, 4);
      expect([0, 1].map((place) => ids[shownClip(images!, place)])).toEqual(row.clips.slice(2));
      expect([...factors!].every((factor) => factor === 0 || factor === 2)).toBe(true);
    }
    expect(await rowsOf(pass)).toEqual(rows);
    expect((await rowsOf({ ...pass, epoch: 2 })).map(({ arrays }) => arrays)).not.toEqual(
      rows.map(({ arrays }) => arrays),
    );
  });

  test('of evaluation are the same mixtures whatever is shown', async () => {
    const [told, misled, blind] = await Promise.all(
      ['evaluate', 'misled', 'without picture'].map((name) => rowsOf(plainPass(name))),
    );
    for (const [index, { row, arrays }] of told!.entries()) {
      expect(arrays.mixture!.length).toBe(2048);
      expect(arrays.factors).toEqual(new Float32Array(7).fill(1));
      for (const other of [misled, blind]) {
        expect(other![index]!.arrays.mixture).toEqual(arrays.mixture);
        expect(other![index]!.arrays.target).toEqual(arrays.target);
      }
      const shown = (rows: typeof told) => ids[shownClip(rows![index]!.arrays.images as Float32Array, 0)];
      expect([shown(told), shown(misled)]).toEqual(row.clips.slice(0, 2));
      expect(blind![index]!.arrays.images).toEqual(new Float32Array(144));
    }
  });
});

test('a clip is read as its sound at the network’s rate and a frame a second', async () => {
  const { arrays } = await intake.read(fakeMedia(16_000, 3));
  expect(arrays.sound!.shape).toEqual([24_000]);
  expect(Object.keys(arrays)).toEqual(['sound', 'picture.0', 'picture.1', 'picture.2']);
  expect([0, 1, 2].map((second) => arrays[`picture.${second}`]!.data[0])).toEqual([5, 15, 25]);
  const silent: Media = {
    ...fakeMedia(8000, 1),
    readWaveform: async () => ({ samples: new Float32Array(8000), sampleRate: 8000 }),
  };
  await expect(intake.read(silent)).rejects.toThrow(/The clip is silent; leave it out/);
  await expect(intake.read({ ...fakeMedia(8000, 1), audio: undefined })).rejects.toThrow(/has no sound/);
});

describe('windows', () => {
  const one = { ...options, pictures: 1 } as const;
  const windowsOf = async (settings: ExtractIntakeOptions, media = fakeMedia(8000, 2)) => {
    const windows: Window[] = [];
    for await (const window of extractIntake(settings).windows(media, {})) windows.push(window);
    return windows;
  };

  test('cover the clip at one level, each with the frame at its middle', async () => {
    const windows = await windowsOf(one);
    expect(windows[0]!.start).toBe(0);
    expect(windows.at(-1)!.end).toBe(2);
    const sounds = windows.map(({ inputs }) => inputs.mixture as Float32Array);
    for (const [index, sound] of sounds.slice(1).entries()) {
      const shift = Math.round((windows[index + 1]!.start - windows[index]!.start) * 8000);
      expect(sound.slice(0, 500)).toEqual(sounds[index]!.slice(shift, shift + 500));
    }
    expect(Math.hypot(...sounds[0]!) / Math.sqrt(2048)).toBeCloseTo(0.1, 2);
    for (const { start, end, frame } of windows) expect(frame!.data[0]).toBe(Math.floor(((start + end) / 2) * 10));
  });

  test('show the box that is asked for, and refuse one outside the picture or too few', async () => {
    const box = { x: 70, y: 0, width: 10, height: 60 };
    expect((await windowsOf({ ...one, boxes: [box] })).length).toBeGreaterThan(1);
    await expect(windowsOf({ ...one, boxes: [{ ...box, width: 11 }] })).rejects.toThrow(
      'The box of 11 x 60 at (70, 0) reaches beyond the picture of 80 x 60; give one inside it.',
    );
    await expect(windowsOf(options)).rejects.toThrow(/give a box for each/);
    await expect(windowsOf({ ...one, boxes: [box, box] })).rejects.toThrow(/takes one box/);
  });
});
