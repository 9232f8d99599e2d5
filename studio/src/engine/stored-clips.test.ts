import { expect, test, vi } from 'vitest';
import { fakeMedia } from '../../../src/data/fake-media.test-data.ts';
import { recipeNamed } from '../../../src/systems/registry.ts';
import { parseBackbone } from '../../../src/weights/backbone.ts';
import { miniTimm } from '../../../src/weights/mini-vit.test-data.ts';
import { readingKey, readingOf } from './stored-clips.ts';

const backbone = parseBackbone({ name: 'mini', tensors: miniTimm() }, { heads: 2 });

const { system, settings } = await recipeNamed();

function intakeWith(changes: object) {
  return system.open({ ...settings, ...changes }, { labels: [], backbone }).intake;
}

const ofRecipe = intakeWith({});
const ofAdapter = intakeWith({ frontEnd: 'ave' });
const media = () => fakeMedia(16_000, 6);
const stored = { id: 'a', settings: readingKey(ofRecipe), features: { arrays: {} } };

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
  expect(await readingOf('a', intakeWith({ normalisation: 'imagenet' }))).toBe(stored.features);
  const found = await readingOf('a', ofAdapter);
  expect(found).toEqual(await ofAdapter.read(media()));
  expect(found).not.toEqual(await ofRecipe.read(media()));
  await expect(readingOf('b', ofRecipe)).rejects.toThrow('no clip b is stored');
});
