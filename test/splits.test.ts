// What was trained on is never what a run is judged by, unless that is asked for.
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import { duetHere, duetJson, newFolder, small, theOneSentence } from './duet.ts';
import { classes } from './global-setup.ts';

type Splits = Readonly<Record<'train' | 'val' | 'test', readonly string[]>>;

/** The ids of the clips that `evaluate` scores. */
async function scored(run: string, data: string, ...options: string[]): Promise<string[]> {
  const file = join(await newFolder('scored'), 'predictions.jsonl');
  const { clips } = await duetJson<{ clips: number }>([
    'evaluate',
    run,
    data,
    '--predictions',
    file,
    '--threads',
    '1',
    ...options,
  ]);
  const lines = (await readFile(file, 'utf8')).trimEnd().split('\n');
  expect(lines).toHaveLength(clips);
  return lines.map((line) => (JSON.parse(line) as { path: string }).path).toSorted();
}

async function splitsOf(run: string): Promise<Splits> {
  return (JSON.parse(await readFile(join(run, 'splits.json'), 'utf8')) as { splits: Splits }).splits;
}

describe('a run on data without splits', () => {
  let folder: string;
  let data: string;
  let run: string;
  let splits: Splits;

  beforeAll(async () => {
    folder = await newFolder('unsplit');
    [data, run] = [join(folder, 'videos'), join(folder, 'run')];
    for (const name of classes.slice(0, 2)) {
      await mkdir(join(data, name), { recursive: true });
      for (const split of ['train', 'val', 'test']) {
        const count = split === 'train' ? 3 : 1;
        for (let index = 0; index < count; index++) {
          await cp(
            join(inject('shared').data, split, name, `00${index}.webm`),
            join(data, name, `${split}-${index}.webm`),
          );
        }
      }
    }
    const ended = await duetHere([
      'train',
      data,
      '--out',
      run,
      '--recipe',
      'reference',
      '--epochs',
      '1',
      '--batch',
      '6',
      ...small,
    ]);
    expect(ended.code, ended.error).toBe(0);
    splits = await splitsOf(run);
    expect([splits.train.length, splits.val.length, splits.test.length]).toEqual([6, 2, 2]);
  });

  test('is tested on the clips it set aside, and on its training clips only on request', async () => {
    expect(await scored(run, data)).toEqual(splits.test.toSorted());
    expect(await scored(run, data, '--split', 'val')).toEqual(splits.val.toSorted());
    expect(await scored(run, data, '--split', 'all')).toHaveLength(10);
  });

  test('knows its clips again in a copy of the data, and takes new ones as test', async () => {
    const copy = join(folder, 'elsewhere', 'copy');
    await cp(data, copy, { recursive: true });
    const fresh = `${classes[0]}/new.webm`;
    await cp(join(inject('shared').data, 'test', classes[0]!, '000.webm'), join(copy, fresh));
    expect(await scored(run, copy)).toEqual([...splits.test, fresh].toSorted());
  });

  test('knows its clips again by a manifest that lies elsewhere', async () => {
    const manifest = join(folder, 'lists', 'clips.csv');
    await mkdir(join(folder, 'lists'));
    const rows = [...splits.train, ...splits.val, ...splits.test].map((id) => `../videos/${id},${id.split('/')[0]}\n`);
    await writeFile(manifest, `path,label\n${rows.join('')}`);
    expect(await scored(run, manifest)).toEqual(splits.test.map((id) => `../videos/${id}`).toSorted());
  });
});

test('a run on data with splits refuses to be tested on the folder of its training clips alone', async () => {
  const { data, run } = inject('shared');
  expect((await splitsOf(run)).train).toHaveLength(12);
  expect(await scored(run, data)).toEqual(classes.map((name) => `test/${name}/000.webm`));
  expect(theOneSentence(await duetHere(['evaluate', run, join(data, 'train')]))).toMatch(
    /has no test clips; choose another split with --split/,
  );
  expect(await scored(run, join(data, 'train'), '--split', 'train')).toHaveLength(12);
});
