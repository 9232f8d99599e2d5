import { cp, mkdir, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { encodedClip } from '../media/encoded-clip.test-data.ts';
import { type CheckProgress, checkData } from './check-data-node.ts';
import { writeClip, writeClips } from './generated-clips.test-data.ts';

let folder: string;
let data: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'duet-check-'));
  data = join(folder, 'data');
});
afterEach(() => rm(folder, { recursive: true }));

const check = (path = data, options = {}) =>
  checkData(path, { cacheFolder: join(folder, 'cache'), workers: 0, ...options });
const ids = (findings: readonly { id: string }[]) => findings.map(({ id }) => id);
const pair = (stem: string) => `${stem}.png+${stem}.wav`;

/** A second of video, with half of its tracks left out if asked. */
async function writeVideo(path: string, tracks: { picture: boolean; sound: boolean }): Promise<void> {
  const clip = await encodedClip({
    ...{
      container: 'mkv',
      width: 32,
      height: 32,
      end: 1,
      codec: 'vp8',
      luma: (index, x) => 16 + ((index * 16 + x) % 200),
    },
    times: tracks.picture ? Array.from({ length: 10 }, (_, index) => index / 10) : [],
    ...(tracks.sound && {
      sound: {
        sampleRate: 8000,
        channels: 1,
        packets: [{ time: 0, samples: Int16Array.from({ length: 8000 }, (_, i) => (i * 37) % 999) }],
      },
    }),
  });
  await writeFile(path, clip);
}

test('finds each kind of trouble, names the clip, and counts what can be used', async () => {
  await writeClips(join(data, 'train'), { a: 6, b: 6 });
  for (const stem of ['test/a/x', 'test/a/y', 'test/b/x', 'test/b/y', 'val/a/z', 'val/b/z'])
    await writeClip(join(data, stem), 0.5);
  const at = (name: string) => join(data, name);
  await truncate(at('train/a/0.png'), 900);
  await writeFile(at('train/a/1.wav'), 'not a sound');
  const sound = await readFile(at('train/b/0.wav'));
  await writeFile(at('train/b/0.wav'), sound.fill(0, 44));
  await writeVideo(at('train/b/dumb.mkv'), { picture: true, sound: false });
  await writeVideo(at('train/b/blind.mkv'), { picture: false, sound: true });
  await writeVideo(at('train/b/whole.mkv'), { picture: true, sound: true });
  await cp(at('train/b/whole.mkv'), at('train/b/cut.mkv'));
  await truncate(at('train/b/cut.mkv'), Math.round((await readFile(at('train/b/whole.mkv'))).length * 0.7));
  for (const extension of ['png', 'wav']) {
    await cp(at(`train/a/2.${extension}`), at(`test/a/2.${extension}`));
    await cp(at(`train/b/3.${extension}`), at(`train/b/4.${extension}`));
  }
  const result = await check();
  expect(ids(result.broken)).toEqual([pair('train/a/0'), pair('train/a/1'), 'train/b/cut.mkv']);
  expect(ids(result.silent)).toEqual([pair('train/b/0')]);
  expect(ids(result.withoutSound)).toEqual(['train/b/dumb.mkv']);
  expect(ids(result.withoutPicture)).toEqual(['train/b/blind.mkv']);
  expect(result.duplicates.map(({ clips, isAcrossSplits }) => [ids(clips), isAcrossSplits])).toEqual([
    [[pair('test/a/2'), pair('train/a/2')], true],
    [[pair('train/b/3'), pair('train/b/4')], false],
  ]);
  expect(result.classes).toEqual([
    { name: 'a', train: 4, val: 1, test: 3 },
    { name: 'b', train: 7, val: 1, test: 2 },
  ]);
  expect(result.scarce).toEqual(['a']);
  expect(result.blocking).toEqual([]);
  expect((await check(data, { missing: 'zero' })).classes[1]!.train).toBe(9);
});

test('says what would stop training: its own refusals, and classes and splits of which nothing is usable', async () => {
  await writeClips(join(data, 'train'), { a: 4, b: 4 });
  await writeClips(join(data, 'val'), { a: 1, b: 1 });
  for (let clip = 0; clip < 4; clip++) await writeFile(join(data, `train/b/${clip}.wav`), '');
  for (const label of ['a', 'b']) await rm(join(data, `val/${label}/0.png`));
  for (const label of ['a', 'b']) await writeFile(join(data, `val/${label}/0.mp4`), 'no video');
  expect((await check()).blocking).toEqual([
    expect.stringMatching(/None of the 4 training clips of the class "b"/),
    expect.stringMatching(/None of the 2 val clips/),
  ]);
  await rm(join(data, 'train/b'), { recursive: true });
  await rm(join(data, 'val'), { recursive: true });
  expect((await check()).blocking).toEqual([expect.stringMatching(/has only one class/)]);
});

test('a manifest’s clips without a file are missing, not broken', async () => {
  await writeClips(data, { a: 3, b: 3 });
  const rows = ['a', 'b'].flatMap((label) =>
    [0, 1, 2, 3].map((clip) => `${label}/${clip}.png,${label}/${clip}.wav,${label}`),
  );
  await writeFile(join(data, 'clips.csv'), `image,audio,label\n${rows.join('\n')}\n`);
  const result = await check(join(data, 'clips.csv'));
  expect(ids(result.missing)).toEqual([pair('a/3'), pair('b/3')]);
  expect(result.broken).toEqual([]);
});

test('clips that are annotated to end after their file does are named, by how much', async () => {
  await writeClips(data, { a: 3, b: 3 });
  await writeVideo(join(data, 'whole.mkv'), { picture: true, sound: true });
  const times = [',', ',0.5', ',1.05', ',9', '0.5,3.25'];
  const rows = times.map((time, index) => `whole.mkv,${time},${index % 2 ? 'a' : 'b'}`);
  await writeFile(join(data, 'clips.csv'), `path,start,end,label\n${rows.join('\n')}\n`);
  const { pastEnd, broken } = await check(join(data, 'clips.csv'));
  expect(broken).toEqual([]);
  expect(pastEnd.map(({ id, seconds }) => [id, seconds.toFixed(1)])).toEqual([
    ['whole.mkv#0-9', '8.0'],
    ['whole.mkv#0.5-3.25', '2.3'],
  ]);
});

test('events are checked against how long their clips are', async () => {
  await mkdir(data);
  await writeVideo(join(data, 'a.mkv'), { picture: true, sound: true });
  await writeFile(join(data, 'a.txt'), '0.1\t0.9\tdog\n0.5\t0.9\tdog\n0.6\t0.2\tcat\n0.4\t1.5\tcat\n');
  const { layout, annotation, events, classes, withoutSound } = await check(data, { annotation: 'events' });
  expect({ layout, annotation }).toEqual({ layout: 'audacity', annotation: 'events' });
  expect(classes.map(({ name }) => name)).toEqual(['cat', 'dog']);
  expect(withoutSound).toEqual([]);
  expect(events!.events).toBe(4);
  expect(events!.reversed).toEqual([{ clip: 'a.mkv', start: 0.6, end: 0.2, label: 'cat' }]);
  expect(events!.outside).toEqual([{ clip: 'a.mkv', start: 0.4, end: 1.5, label: 'cat' }]);
  expect(events!.overlapping).toEqual([{ clip: 'a.mkv', start: 0.5, end: 0.9, label: 'dog' }]);
  expect(events!.tooShort).toEqual([{ clip: 'a.mkv', start: 0.5, end: 0.9, label: 'dog' }]);
});

test('progress reaches the end, and the signal ends the check at once', async () => {
  await writeClips(data, { a: 5, b: 5 });
  const seen: CheckProgress[] = [];
  await check(data, { onProgress: (progress: CheckProgress) => seen.push(progress) });
  expect(seen.filter(({ stage }) => stage === 'read').at(-1)).toMatchObject({ done: 10, total: 10, found: 0 });
  const controller = new AbortController();
  const stopped = check(data, { signal: controller.signal, onProgress: () => controller.abort() });
  await expect(stopped).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }));
});
