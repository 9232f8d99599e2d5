import { describe, expect, test } from 'vitest';
import type { Example } from '../../data/dataset.ts';
import type { Pass, Reading, StoredReading } from '../../data/intake.ts';
import { plainPass } from '../../data/intake.ts';
import { type ExtractIntakeOptions, extractIntake } from './extract-intake.ts';

const options: ExtractIntakeOptions = {
  key: 'test',
  mixtures: { ratioRange: 5, pictures: 'own', perClip: 1, silentShare: 0 },
  ...{
    sampleRate: 8000,
    window: 256,
    bands: 8,
    trainingSamples: 1024,
    windowSamples: 2048,
    pictures: 2,
    augment: 'standard',
  },
  ...{ factors: 7, dropout: 0.5 },
};
const intake = extractIntake(options);

/** Two clips of one class and two of another, with features of their own, plain and mirrored, and tones of their own. */
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
      visual: { shape: [1, 2, 3], data: Float32Array.of(index, 1, 0, index, 1, 1) },
    };
    return [id, { names: Object.keys(arrays), get: async (name) => arrays[name]!, close: async () => undefined }];
  }),
);
const open = async (id: string) => stored.get(id)!;
const rowsOf = (pass: Pass) =>
  Promise.all(intake.plan(examples, pass).map(async (row) => ({ row, arrays: await intake.row(row, open, pass) })));

describe('rows', () => {
  test('of training are spectra at one level and what is seen in both pictures, and repeat for a seed and epoch', async () => {
    const pass = { name: 'train', seed: 3, epoch: 1 };
    const rows = await rowsOf(pass);
    for (const { row, arrays } of rows) {
      const { energies, products, energy, visual, factors } = arrays as Record<string, Float32Array>;
      expect([energies!.length, products!.length, energy!.length]).toEqual([9 * 129, 9 * 129, 1]);
      expect([0, 3].map((place) => ids[visual![place]!])).toEqual(row.clips.slice(2));
      expect([...factors!].every((factor) => factor === 0 || factor === 2)).toBe(true);
    }
    const mirrored = rows.flatMap(({ arrays }) => [arrays.visual![2], arrays.visual![5]]);
    expect(new Set(mirrored)).toEqual(new Set([0, 1]));
    expect(await rowsOf(pass)).toEqual(rows);
    expect((await rowsOf({ ...pass, epoch: 2 })).map(({ arrays }) => arrays)).not.toEqual(
      rows.map(({ arrays }) => arrays),
    );
  });

  test('of evaluation are the same mixtures whatever is shown, and others in another round', async () => {
    const [told, misled, blind] = await Promise.all(
      ['evaluate', 'misled', 'without picture'].map((name) => rowsOf(plainPass(name))),
    );
    for (const [index, { row, arrays }] of told!.entries()) {
      expect(arrays.mixture!.length).toBe(2048);
      expect(Math.hypot(...(arrays.mixture as Float32Array)) / Math.sqrt(2048)).toBeCloseTo(0.1, 4);
      for (const other of [misled, blind]) {
        expect(other![index]!.arrays.mixture).toEqual(arrays.mixture);
        expect(other![index]!.arrays.target).toEqual(arrays.target);
      }
      const shown = (rows: typeof told) => ids[rows![index]!.arrays.visual![0] as number];
      expect([shown(told), shown(misled)]).toEqual(row.clips.slice(0, 2));
      expect(blind![index]!.arrays.visual).toEqual(new Float32Array(6));
    }
    const again = await rowsOf({ ...plainPass('evaluate'), epoch: 1 });
    expect(again.map(({ row }) => row)).not.toEqual(told!.map(({ row }) => row));
  });
});
