// Shards of a manifest: their names, how they are read, and the folder that they go to.
import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ManifestClip, manifestClips } from '../data/manifest-node.ts';
import { completeArchive, openArchiveFolder } from './archive-folder-node.ts';
import { shardJobSchema } from './queue-jobs.ts';
import { portableMessage, type Shard, shardsOf } from './shards-node.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'duet-shards-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function shardsIn(text: string, key = 'key', size = 2, name = 'clips.csv'): Promise<Shard[]> {
  const path = join(folder, name);
  await writeFile(path, text);
  const shards: Shard[] = [];
  for await (const shard of shardsOf(manifestClips(path), key, size)) shards.push(shard);
  return shards;
}

test('a shard is named after its model, settings and rows, and keeps its name when others change', async () => {
  const names = async (...given: Parameters<typeof shardsIn>) => (await shardsIn(...given)).map(({ name }) => name);
  const first = await names('path,start,end\na.mp4,,\nb.mp4,1,2\nc.mp4,,\n');
  expect(first).toEqual([expect.stringMatching(/^0000000-[0-9a-f]{16}\.jsonl$/), expect.stringMatching(/^0000001-/)]);
  // Labels are nothing that an answer depends on, and the same in another notation is the same.
  expect(await names('path,start,end,label\na.mp4,,,x\nb.mp4,1,2,\nc.mp4,,,z\n')).toEqual(first);
  expect(await names('path,start,end\na.mp4,,\nb.mp4,1,2\nd.mp4,,\n')).toEqual([
    first[0],
    expect.not.stringMatching(first[1]!),
  ]);
  expect((await names('path,start,end\na.mp4,,\nb.mp4,1,3\nc.mp4,,\n'))[0]).not.toBe(first[0]);
  expect((await names('path,start,end\na.mp4,,\nb.mp4,1,2\nc.mp4,,\n', 'other'))[0]).not.toBe(first[0]);
  expect(new Set(await names(`path\n${'a.mp4\n'.repeat(6)}`)).size).toBe(3);
});

test('manifests are refused row by row, as they are reached', async () => {
  await expect(shardsIn('path\na.mp4\n,x\n')).rejects.toThrow(/Row 3 .* cells for/);
  await expect(shardsIn('path,start,end\na.mp4,2,1\n')).rejects.toThrow(/Row 2 .*zero length/);
  await expect(shardsIn('path\n')).rejects.toThrow(/is empty/);
  await expect(shardsIn('{"path": 3}\n{}', 'k', 2, 'clips.jsonl')).rejects.toThrow(/Row 2 .*has no path/);
});

test('a long manifest is read no further than it is asked for', async () => {
  const path = join(folder, 'long.csv');
  await writeFile(path, `path\n${Array.from({ length: 400_000 }, (_, i) => `folder/clip-${i}.mp4\n`).join('')}`);
  let read = 0;
  async function* counted(): AsyncGenerator<ManifestClip> {
    for await (const clip of manifestClips(path)) {
      read++;
      yield clip;
    }
  }
  const shards = shardsOf(counted(), 'key', 100);
  expect((await shards.next()).value).toMatchObject({ index: 0, rows: { length: 100 } });
  expect(read).toBe(100);
  await shards.return();
});

test('a folder belongs to one model, its settings and its shards', async () => {
  const out = join(folder, 'results');
  const settings = { hop: null, missing: 'error', options: { top: 3 } } as const;
  const about = { key: 'k', system: 'ma-avt', run: 'runs/first', settings, rows: 2 };
  const [one, two] = await shardsIn('path\na.mp4\nb.mp4\nc.mp4\n');
  const opened = await openArchiveFolder(out, about);
  expect([...opened.present]).toEqual([]);
  await opened.write(one!.name, '{}\n');
  expect(await completeArchive(out, [one!.name, two!.name])).toBe(false);
  await opened.write(two!.name, '{}\n');
  expect(await completeArchive(out, [one!.name, two!.name])).toBe(true);
  expect(JSON.parse(await readFile(join(out, 'complete.json'), 'utf8'))).toEqual({ shards: [one!.name, two!.name] });
  await expect(openArchiveFolder(out, { ...about, key: 'other' })).rejects.toThrow(/another model or other settings/);
  await expect(openArchiveFolder(out, { ...about, rows: 3 })).rejects.toThrow(/shards of 2 rows .* --shard-rows 2/);
  // What a killed process left an hour ago is removed; what somebody may be writing now is not.
  const temporary = (digit: string) => join(out, `.x.jsonl.${digit.repeat(8)}-0000-0000-0000-000000000000.tmp`);
  for (const digit of ['1', '2']) await writeFile(temporary(digit), '');
  await utimes(temporary('1'), 0, 0);
  expect((await openArchiveFolder(out, about)).present).toEqual(new Set([one!.name, two!.name]));
  expect((await readdir(out)).filter((name) => name.endsWith('.tmp'))).toHaveLength(1);
});

test('messages name clips as the manifest does, and jobs hold names and paths alone', async () => {
  const [shard] = await shardsIn('path\nsub/a.mp4\n');
  const [row] = shard!.rows;
  expect(portableMessage(`${join(folder, 'sub/a.mp4')} is damaged.`, row!)).toBe('sub/a.mp4 is damaged.');
  const job = { model: 'm', settings: { hop: null, missing: 'error', options: {} }, out: '/results', ...shard };
  expect(shardJobSchema.parse(JSON.parse(JSON.stringify(job)))).toEqual(job);
});
