// An index of videos by the commands alone: made, brought up to date, and searched by words.
import { copyFile, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, inject, test } from 'vitest';
import { type IndexUpdate, indexVideos } from '../src/run/index-node.ts';
import type { FoundMoments } from '../src/run/search-node.ts';
import { cutShort } from './clips.ts';
import { duet, duetHere, duetJson, newFolder, theOneSentence } from './duet.ts';
import { classes } from './global-setup.ts';

type Prediction = { readonly windows: readonly { readonly top: readonly { label: string; probability: number }[] }[] };

/** The training clips by class and number, and where they lie. */
async function makeVideos(folder: string): Promise<string> {
  const videos = join(folder, 'videos');
  for (const name of classes) {
    await mkdir(join(videos, name), { recursive: true });
    for (const { from, to } of await clipsOf(name)) await copyFile(from, join(videos, name, to));
  }
  return videos;
}

async function clipsOf(name: string): Promise<{ from: string; to: string }[]> {
  const folder = join(inject('shared').data, 'train', name);
  return (await readdir(folder)).sort().map((to) => ({ from: join(folder, to), to }));
}

test('an index follows its videos, and words find what the run sees in them', async () => {
  const { run, data } = inject('shared');
  const folder = await newFolder('search');
  const videos = await makeVideos(folder);
  const [index, page] = [join(folder, 'index'), join(folder, 'page.html')];
  const first = join(videos, classes[0]!, (await clipsOf(classes[0]!))[0]!.to);
  const broken = await cutShort(first, join(videos, 'broken.webm'), 0.02);
  const update = async (code: number, ...more: string[]) => {
    const ended = await duet(['index', run, videos, '--out', index, '--threads', '1', '--json', ...more]);
    expect(ended.code, ended.error).toBe(code);
    return { ...(JSON.parse(ended.out) as IndexUpdate), error: ended.error };
  };
  const search = (words: string, ...more: string[]) => duetJson<FoundMoments>(['search', index, words, ...more]);

  const made = await update(1);
  expect(made).toMatchObject({ added: 12, unchanged: 0, moved: 0, gone: 0, files: 12 });
  expect(made.skipped.map(({ path }) => path)).toEqual([broken]);
  expect(made.error).toMatch(/^duet: .*broken\.webm/m);
  expect(await update(1)).toMatchObject({ added: 0, unchanged: 13, files: 12, windows: made.windows });

  const moved = join(folder, 'videos', 'elsewhere.webm');
  await rename(first, moved);
  const [second, changed] = (await clipsOf(classes[1]!)).map(({ to }) => join(videos, classes[1]!, to));
  await rm(second!);
  const other = join(data, 'test', classes[0]!);
  await copyFile(join(other, (await readdir(other))[0]!), broken);
  await copyFile(join(data, 'val', classes[1]!, (await readdir(join(data, 'val', classes[1]!)))[0]!), changed!);
  expect(await update(0)).toMatchObject({ added: 2, moved: 1, gone: 1, unchanged: 9, files: 12, skipped: [] });

  const found = await search('a ball that bounces', '--threshold', '0', '--top', '50', '--one-per-file');
  expect(found.classes[0]!.label).toBe('bouncing-ball');
  expect(found.moments).toHaveLength(12);
  expect(found.moments.map(({ path }) => path)).toEqual(expect.arrayContaining([moved, broken, changed]));
  const scores = found.moments.map(({ score }) => score);
  expect(scores).toEqual([...scores].sort((a, b) => b - a));

  // By a class's own name the score is what predict says, in half precision.
  const own = await search('bouncing ball', '--threshold', '0', '--top', '50');
  const hit = own.moments.find(({ path }) => path === moved)!;
  const [{ windows }] = await duetJson<[Prediction]>(['predict', run, moved, '--top', '4', '--threads', '1']);
  const shares = windows.map(({ top }) => top.find(({ label }) => label === 'bouncing-ball')!.probability);
  expect(hit.score).toBeCloseTo(Math.max(...shares), 3);

  await search('bouncing ball', '--threshold', '0', '--top', '2', '--report', page, '--threads', '1');
  const html = await readFile(page, 'utf8');
  expect(html).toContain('Search for &quot;bouncing ball&quot;');
  expect(html.match(/<img|data:image\/png/g)?.length).toBeGreaterThan(2);

  const cut = join(folder, 'cut');
  const withClips = ['search', index, 'bouncing ball', '--threshold', '0', '--top', '2', '--clips', cut];
  const { clips } = await duetJson<{ clips: { path: string; clip: string }[] }>(withClips);
  expect((await readdir(cut)).map((name) => join(cut, name)).sort()).toEqual(clips.map(({ clip }) => clip).sort());
  expect(clips).toHaveLength(2);

  const nothing = await duetHere(['search', index, 'parliament']);
  expect(nothing).toMatchObject({ code: 0 });
  expect(nothing.out).toMatch(/^Nothing fits "parliament": no class of .* is near it/);
  const unsure = await duetHere(['search', index, 'bouncing ball', '--threshold', '1']);
  expect(unsure.out).toMatch(/^Nothing fits .*: the best of \d+ windows reaches [\d.]+ %, below 100.0 %/);
  expect(theOneSentence(await duetHere(['search', index, ' ']))).toMatch(/query has no words/);
  expect(theOneSentence(await duetHere(['search', index, 'собака']))).toMatch(
    /knows English only, .* in other letters/,
  );
  expect(theOneSentence(await duetHere(['search', videos, 'ball']))).toMatch(
    /holds no index; make one with "duet index"/,
  );
  const otherHop = await duetHere(['index', run, videos, '--out', index, '--hop', '0.5']);
  expect(theOneSentence(otherHop)).toMatch(/was made with the usual as its step between windows .* --rebuild/);
  expect(await update(0, '--hop', '1', '--rebuild')).toMatchObject({ added: 12, moved: 0, unchanged: 0 });
});

test('a stop loses the video that is being read and no other', async () => {
  const { run } = inject('shared');
  const folder = await newFolder('search-stopped');
  const videos = await makeVideos(folder);
  const stop = new AbortController();
  const options = { run, videos: [videos], index: join(folder, 'index'), session: { threads: 1 } };
  const stopped = indexVideos({
    ...{ ...options, signal: stop.signal },
    onEvent: (event) => event.kind === 'reading' && event.done === 2 && stop.abort(),
  });
  await expect(stopped).rejects.toThrow(/abort/i);
  await writeFile(join(folder, 'index', 'classes-0.f16'), new Uint8Array(1000), { flag: 'a' });
  expect(await indexVideos(options)).toMatchObject({ added: 10, unchanged: 2, files: 12, skipped: [] });
});

test('without a run the built-in model finds moments by words, by files and by a moment of the index', async () => {
  const folder = await newFolder('search-built-in');
  const videos = await makeVideos(folder);
  const index = join(folder, 'index');
  const made = await duetJson<IndexUpdate>(['index', videos, '--out', index, '--threads', '1']);
  expect(made).toMatchObject({ added: 12, files: 12, skipped: [] });
  const search = (...more: string[]) => duetJson<FoundMoments>(['search', index, ...more]);
  const clip = join(videos, classes[0]!, (await clipsOf(classes[0]!))[0]!.to);

  const alike = await search('--clip', clip);
  expect(alike.moments[0]).toMatchObject({ path: clip });
  expect(alike.moments[0]!.score).toBeGreaterThan(0.99);
  expect((await search('--near', `${clip}@0.5`)).moments[0]!.path).toBe(clip);
  expect(theOneSentence(await duetHere(['search', index, '--picture', clip]))).toMatch(/cannot be read as a picture/);
  const worded = await search('a ball', '--not', 'a bird', '--threshold', '0');
  expect(worded).toMatchObject({ words: 'a ball, not a bird', classes: [], known: [] });
  expect(worded.moments.length).toBeGreaterThan(0);
  const page = join(folder, 'page.html');
  await search('--clip', clip, '--top', '1', '--report', page, '--threads', '1');
  expect((await readFile(page, 'utf8')).match(/data:image\//g)?.length).toBeGreaterThan(1);

  expect(theOneSentence(await duetHere(['search', index]))).toMatch(/query has no words/);
  expect(theOneSentence(await duetHere(['search', index, 'собака']))).toMatch(/knows English only/);
  expect(theOneSentence(await duetHere(['search', index, '--near', 'none.mp4@3']))).toMatch(
    /has nothing at none.mp4@3/,
  );
  expect(theOneSentence(await duetHere(['index', inject('shared').run, videos, '--out', index]))).toMatch(
    /was made with vlsa-search .* as its adapter and not with/,
  );
});
