import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTextEmbedder } from '../infer/text-embedder.ts';
import { nodeSessions } from '../runtime/session-node.ts';
import { writeIndex } from '../search/index-folder-node.ts';
import { openTextBackbone } from '../weights/open-text-backbone-node.ts';
import { indexedBy } from './index-node.ts';
import { openAdapter } from './open-adapter-node.ts';
import { builtInSearchModel } from './search-model-node.ts';
import { type OpenSearch, openSearch } from './search-node.ts';
import { openVectorSearch } from './search-vectors-node.ts';

let folder: string;
let search: OpenSearch;

/** What each video of the index shows; each is one window of five seconds. */
const shown = ['waterfall', 'fire engine', 'grand piano', 'dog', 'cat'];
const pathOf = (name: string) => resolve('/videos', `${name}.mp4`);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'duet-search-'));
  const adapter = await openAdapter(builtInSearchModel, { changes: { missing: 'zero' } });
  const texts = adapter.open.vectors!.texts(adapter.tensors);
  const { embed, release } = openTextEmbedder(await openTextBackbone(), nodeSessions({ threads: 1 }));
  const names = await embed(shown);
  await release();
  const { kinds } = adapter.open.vectors!;
  await writeIndex(
    folder,
    { models: { adapter: indexedBy(adapter) }, kinds },
    async (writer) => {
      for (const [place, name] of shown.entries()) {
        const vectors: Record<string, Float32Array> = {};
        for (const [kind, width] of Object.entries(kinds)) vectors[kind] = new Float32Array(width);
        for (const { kind, vector } of texts.ofText(names[place]!)) vectors[kind] = vector;
        const file = { path: pathOf(name), size: 1, modified: 1, hash: name };
        await writer.add(file, [[0, 5]], vectors);
      }
    },
    { rebuild: false },
  );
  search = await openSearch(folder);
});
afterAll(async () => {
  await search?.release();
  await rm(folder, { recursive: true, force: true });
});

const found = async (query: Parameters<OpenSearch['search']>[0]) =>
  (await search.search(query)).moments.map(({ path }) => path);

test.each([
  ['water falling from a cliff', 'waterfall'],
  ['someone plays the piano', 'grand piano'],
  ['a puppy', 'dog'],
])('%s finds the %s first', async (words, name) => {
  expect((await found({ words, threshold: 0 }))[0]).toBe(pathOf(name));
});

test('a moment finds itself first, and what is not wanted is not found first', async () => {
  const near = { path: pathOf('cat'), seconds: 2 };
  const { moments } = await search.search({ near });
  expect(moments[0]).toMatchObject({ path: pathOf('cat'), start: 0, end: 5 });
  expect(moments[0]!.score).toBeCloseTo(1, 2);
  expect((await found({ near, not: 'cat', threshold: 0 }))[0]).not.toBe(pathOf('cat'));
});

test('words for what is not there find nothing, and the best score is told', async () => {
  const { moments, best } = await search.search({ words: 'parliament' });
  expect(moments).toEqual([]);
  expect(best).toBeLessThan(0.98);
});

test('a query of nothing, a moment that is not indexed, and another model are refused', async () => {
  await expect(search.search({})).rejects.toThrow('Nothing says what to look for');
  await expect(search.search({ near: { path: pathOf('cat'), seconds: 9 } })).rejects.toThrow('has nothing at');
  await expect(openVectorSearch({}, 'vlsa-search 0')).rejects.toThrow('make it again with --rebuild');
});
