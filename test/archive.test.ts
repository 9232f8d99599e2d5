// An archive by the commands alone: in one go, in parts, killed and called again, and through a queue with workers that
// are killed. The files must be the same to the byte.
import { type ChildProcess, spawn } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { duet, duetHere, duetJson, duetProgram, newFolder, theOneSentence } from './duet.ts';
import { classes } from './global-setup.ts';
import { type Redis, redisProgram, startRedis } from './redis.ts';

const rowsOfShard = 3;
let folder: string;
let manifest: string;
let whole: Map<string, string>;
const small = ['--shard-rows', String(rowsOfShard), '--threads', '1', '--workers', '1'];

async function results(out: string): Promise<Map<string, string>> {
  const names = (await readdir(out).catch(() => [])).filter((name) => name.endsWith('.jsonl')).sort();
  return new Map(
    await Promise.all(names.map(async (name) => [name, await readFile(join(out, name), 'utf8')] as const)),
  );
}
const archive = (out: string, ...more: string[]) => [
  ...['predict', inject('shared').run, '--manifest', manifest, '--out', out, ...small, ...more],
];
const linesOf = (files: ReadonlyMap<string, string>) =>
  [...files.values()].flatMap((text) =>
    text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line)),
  );

beforeAll(async () => {
  folder = await newFolder('archive');
  manifest = join(folder, 'clips.csv');
  const { data } = inject('shared');
  const clips = classes.flatMap((name) => [`test/${name}/000.webm`, `val/${name}/000.webm`]);
  await writeFile(join(folder, 'broken.mp4'), 'text');
  const paths = [...clips.map((clip) => join(data, clip)), join(folder, 'broken.mp4')];
  await writeFile(manifest, `path\n${paths.join('\n')}\n`);
  const ended = await duet(archive(join(folder, 'whole'), '--json'));
  expect(ended.code, ended.error).toBe(1);
  expect(JSON.parse(ended.out)).toEqual({ shards: 3, rows: 9, written: 3, failed: 1, complete: true });
  whole = await results(join(folder, 'whole'));
});

test('its lines are what predict says of each clip, in the order of the manifest', async () => {
  const { run, data } = inject('shared');
  const lines = linesOf(whole);
  expect(lines.map(({ row }) => row)).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10]);
  expect(lines[8]).toEqual({
    row: 10,
    clip: 'broken.mp4',
    error: expect.stringMatching(/^broken\.mp4 is a text file/),
  });
  const [{ path: _, ...offline }] = await duetJson<[{ path: string }]>([
    ...['predict', run, join(data, 'test', classes[0]!, '000.webm'), '--threads', '1'],
  ]);
  const rounded = (value: unknown) =>
    JSON.parse(JSON.stringify(value), (_, one) => (typeof one === 'number' ? Number(one.toFixed(4)) : one));
  expect(rounded(lines[0].result)).toEqual(rounded(offline));
});

test('jobs of an array, one of them killed and called again, make the same files', async () => {
  const out = join(folder, 'parts');
  const killed = spawn(process.execPath, [duetProgram, ...archive(out, '--shard', '0/2')], {
    env: { ...process.env, DUET_CACHE: join(inject('shared').root, 'cache') },
    stdio: 'ignore',
  });
  await expect.poll(async () => (await results(out)).size, { timeout: 60_000 }).toBe(1);
  killed.kill('SIGKILL');
  const [again, other] = await Promise.all(['0/2', '1/2'].map((part) => duet(archive(out, '--shard', part, '--json'))));
  expect(JSON.parse(again!.out).written + JSON.parse(other!.out).written).toBe(2);
  expect(await results(out)).toEqual(whole);
  expect(JSON.parse((await duetHere(archive(out, '--json'))).out)).toMatchObject({ written: 0, complete: true });
});

test('what cannot be an archive is one sentence', async () => {
  const { run } = inject('shared');
  const failing = async (...argv: string[]) => theOneSentence(await duetHere(argv));
  const other = archive(join(folder, 'whole'), '--hop', '1');
  expect(await failing(...other)).toMatch(/holds results of .*, of another model or other settings/);
  expect(await failing('predict', run, '--manifest', manifest)).toMatch(/needs a folder .*--out/);
  const gone = join(folder, 'gone.csv');
  await writeFile(gone, 'path\na.mp4\nb.mp4\n');
  expect(await failing('predict', run, '--manifest', gone, '--out', join(folder, 'gone'))).toMatch(
    /None of the files of 2 rows is there .*; check the paths, and that their disk is mounted/,
  );
  const away = ['worker', run, '--queue', 'redis://user:secret@127.0.0.1:9'];
  const sentence = await failing(...away);
  expect(sentence).toMatch(
    /The queue redis:\/\/127\.0\.0\.1:9 cannot be used \(.*ECONNREFUSED.*\); start Redis or Valkey/,
  );
  expect(sentence).not.toContain('secret');
});

describe.skipIf(redisProgram === undefined)('a queue (skipped without redis-server or valkey-server)', () => {
  let redis: Redis;
  const children: ChildProcess[] = [];
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => {
    for (const child of [...children, redis.child]) child.kill('SIGKILL');
  });
  const worker = (...more: string[]) => {
    const argv = ['worker', inject('shared').run, '--queue', redis.url, '--threads', '1', '--workers', '1', ...more];
    const env = { ...process.env, DUET_CACHE: join(inject('shared').root, 'cache') };
    const child = spawn(process.execPath, [duetProgram, ...argv], { env, stdio: 'ignore' });
    children.push(child);
    return child;
  };

  test('workers that are killed, and a queue that goes away and forgets, lose nothing', async () => {
    const out = join(folder, 'queued');
    const making = duet(archive(out, '--queue', redis.url, '--json'));
    const first = worker();
    await expect.poll(async () => (await results(out)).size, { timeout: 100_000 }).toBeGreaterThan(0);
    first.kill('SIGKILL');
    redis.child.kill('SIGKILL');
    await new Promise((done) => redis.child.on('exit', done));
    worker();
    redis = await startRedis(Number(new URL(redis.url).port));
    worker();
    const ended = await making;
    expect(ended.code, ended.error).toBe(0);
    expect(JSON.parse(ended.out)).toEqual({ shards: 3, rows: 9, dead: [], complete: true });
    expect(await results(out)).toEqual(whole);
    for (const child of children) child.kill('SIGTERM');
  });

  test('a worker with another model is refused, and a shard that fails is a dead letter', async () => {
    const missing = join(folder, 'missing.csv');
    await writeFile(missing, 'path\nnone.mp4\n');
    const { run } = inject('shared');
    const name = ['--queue', redis.url, '--queue-name', 'other', '--threads', '1'];
    const making = duet(['predict', run, '--manifest', missing, '--out', join(folder, 'dead'), ...name]);
    await expect.poll(() => readdir(join(folder, 'dead')).catch(() => []), { timeout: 60_000 }).toContain('about.json');
    const refused = await duet(['worker', run, ...name, '--precision', 'int8', '--until-empty']);
    expect(theOneSentence(refused)).toMatch(/The queue "other" is for another model than this worker's/);
    worker('--queue-name', 'other', '--until-empty');
    const ended = await making;
    expect(ended.code).toBe(1);
    expect(ended.out).toMatch(/0 of 1 shards .*\n0000000-\w+\.jsonl: None of the files of a shard is there/);
  });
});
