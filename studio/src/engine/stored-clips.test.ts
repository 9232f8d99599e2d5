import { expect, test, vi } from 'vitest';
import { fakeMedia } from '../../../src/data/fake-media.test-data.ts';
import type { InputSettings } from '../../../src/data/settings.ts';
import { plainIntake } from '../../../src/systems/ma-avt/intake.ts';
import { settingsKey } from './backbone.ts';
import { readingOf } from './stored-clips.ts';

const ofRecipe: InputSettings = {
  imageSize: [64, 64],
  mean: [0.5, 0.5, 0.5],
  std: [0.5, 0.5, 0.5],
  frontEnd: 'vggsound',
  spectrogramSize: [64, 64],
  resizeFilter: 'bicubic',
};
const ofAdapter: InputSettings = { ...ofRecipe, frontEnd: 'ave' };
const media = () => fakeMedia(16_000, 6);
const stored = { id: 'a', settings: settingsKey(ofRecipe), features: { arrays: {} } };

vi.mock('../storage/database.ts', () => ({
  database: async () => ({
    get: async (store: string, id: string) => {
      if (id !== 'a') return undefined;
      return store === 'features' ? stored : { file: new Blob(), name: 'a.webm' };
    },
  }),
}));
vi.mock('../../../src/media/open-media-source.ts', () => ({ openMediaSource: async () => media() }));

test('a stored reading serves models with its settings; for others the clip’s file is read by theirs', async () => {
  expect(await readingOf('a', ofRecipe)).toBe(stored.features);
  // Normalisation comes after reading.
  expect(await readingOf('a', { ...ofRecipe, mean: [0, 0, 0] })).toBe(stored.features);
  const found = await readingOf('a', ofAdapter);
  expect(found).toEqual(await plainIntake(ofAdapter).read(media()));
  expect(found).not.toEqual(await plainIntake(ofRecipe).read(media()));
  await expect(readingOf('b', ofRecipe)).rejects.toThrow('no clip b is stored');
});
