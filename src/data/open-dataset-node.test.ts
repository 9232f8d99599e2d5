import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { labelOf } from './annotation.ts';
import { examplesOf } from './dataset.ts';
import { openDataset } from './open-dataset-node.ts';
import { describeSplits } from './split.ts';
import { readSplitFile, writeSplitFile } from './split-file-node.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'duet-dataset-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** Makes empty files: opening a data set looks at names only. */
async function touch(...paths: string[]): Promise<void> {
  for (const path of paths) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), '');
  }
}
const clips = (label: string, count: number, extension = 'mp4') =>
  Array.from({ length: count }, (_, i) => `${label}/${i}.${extension}`);
const ids = (examples: readonly { id: string }[]) => examples.map((example) => example.id);

describe('a folder', () => {
  test('with class folders gets a seeded, stratified split that does not depend on anything but the seed', async () => {
    await touch(...clips('dog', 20), ...clips('cat', 3));
    const dataset = await openDataset(folder, { seed: 3 });
    expect(dataset.classes).toEqual(['cat', 'dog']);
    expect(dataset.splitOrigin).toBe('drawn');
    const count = (label: string, split: string) =>
      dataset.examples.filter((example) => labelOf(example) === label && example.split === split).length;
    expect(['train', 'val', 'test'].map((split) => count('dog', split))).toEqual([14, 3, 3]);
    expect(['train', 'val', 'test'].map((split) => count('cat', split))).toEqual([1, 1, 1]);
    expect(await openDataset(folder, { seed: 3 })).toEqual(dataset);
    expect(ids(examplesOf(await openDataset(folder, { seed: 4 }), 'test'))).not.toEqual(
      ids(examplesOf(dataset, 'test')),
    );
  });

  test('keeps the splits of a split file, and says when the clips have changed', async () => {
    await touch(...clips('dog', 5), ...clips('cat', 5));
    const first = await openDataset(folder, { seed: 1 });
    const path = join(folder, '.splits.json');
    await writeSplitFile(path, describeSplits(first.examples, 1));
    const splits = await readSplitFile(path);
    const second = await openDataset(folder, { seed: 99, splits });
    expect(second.examples).toEqual(first.examples);
    expect(second.splitOrigin).toBe('file');
    await touch('dog/new.mp4');
    await expect(openDataset(folder, { splits })).rejects.toThrow(
      /does not list 1 of the 11 clips \(such as "dog\/new.mp4"\)/,
    );
    const grown = await openDataset(folder, { purpose: 'evaluate', splits });
    expect(grown.examples.find((example) => example.id === 'dog/new.mp4')!.split).toBe('test');
    expect(grown.examples.filter((example) => example.id !== 'dog/new.mp4')).toEqual(first.examples);
    await rm(join(folder, 'dog/new.mp4'));
    await rm(join(folder, 'dog/0.mp4'));
    await expect(openDataset(folder, { splits })).rejects.toThrow(/"dog\/0.mp4"/);
    await writeFile(path, '{"version": 1}');
    await expect(readSplitFile(path)).rejects.toThrow(/is not one/);
    await writeFile(path, Buffer.from('{"version": 1, "seed": 0, "splits": {"train": ["b\u00e4r/1.mp4"]}}', 'latin1'));
    await expect(readSplitFile(path)).rejects.toThrow(/is not UTF-8 in line 1/);
    await writeFile(
      path,
      '\uFEFF{"version": 1, "seed": 0, "splits": {"train": ["a"], "val": [], "test": []}}',
      'utf16le',
    );
    expect((await readSplitFile(path)).splits.train).toEqual(['a']);
  });

  test('with train, dev and test folders keeps them', async () => {
    await touch('Train/a/1.mp4', 'Train/b/1.mp4', 'dev/a/2.mp4', 'dev/b/2.mp4', 'test/a/3.mp4', 'test/b/3.mp4');
    const dataset = await openDataset(folder);
    expect(dataset.splitOrigin).toBe('given');
    expect(ids(examplesOf(dataset, 'val'))).toEqual(['dev/a/2.mp4', 'dev/b/2.mp4']);
  });

  test('without val cuts it from train, every test clip staying where it is', async () => {
    await touch(...['a', 'b'].flatMap((label) => [...clips(`train/${label}`, 10), ...clips(`test/${label}`, 4)]));
    const dataset = await openDataset(folder);
    expect(dataset.splitOrigin).toBe('given, val cut from train');
    expect(examplesOf(dataset, 'test')).toHaveLength(8);
    const val = examplesOf(dataset, 'val');
    expect(val.map(labelOf).sort()).toEqual(['a', 'a', 'b', 'b']);
    expect(val.every((example) => example.id.startsWith('train/'))).toBe(true);
  });

  test('reads "eval" as val beside a test folder and as test without one', async () => {
    await touch('train/a/1.mp4', 'train/b/1.mp4', 'eval/a/2.mp4', 'eval/b/2.mp4', 'test/a/3.mp4', 'test/b/3.mp4');
    expect(examplesOf(await openDataset(folder), 'val')).toHaveLength(2);
    await rm(join(folder, 'test'), { recursive: true });
    expect(examplesOf(await openDataset(folder, { purpose: 'evaluate' }), 'test')).toHaveLength(2);
  });

  test('takes videos, picture and sound pairs, and folders of frames, and lists what belongs to no clip', async () => {
    await touch(
      'a/1.mp4',
      'a/2.jpg',
      'a/2.wav',
      'a/3/0001.png',
      'a/3/0002.png',
      'a/3/sound.wav',
      'a/4.png',
      'a/notes.txt',
      'a/.hidden',
    );
    await touch(...clips('b', 3));
    const dataset = await openDataset(folder);
    const a = dataset.examples.filter((example) => labelOf(example) === 'a');
    expect(a.map((example) => [example.id, example.media.kind])).toEqual([
      ['a/1.mp4', 'video'],
      ['a/2.jpg+a/2.wav', 'pair'],
      ['a/3', 'frames'],
    ]);
    expect(dataset.ignored.map((file) => file.path)).toEqual(['a/notes.txt', 'a/4.png']);
  });

  test.each<[string, string[], RegExp]>([
    ['is empty', [], /is empty/],
    ['has files only', ['a.mp4'], /no sub-folders/],
    ['has one class only', clips('dog', 4), /only one class \("dog"\)/],
    ['has a class with one clip', [...clips('dog', 4), 'cat/1.mp4'], /"cat" has only one clip/],
    ['has a class too small to split', [...clips('dog', 4), ...clips('cat', 2)], /"cat" has 2 clips/],
    [
      'has a class folder without clips',
      [...clips('dog', 4), 'cat/readme.txt'],
      /"cat".*holds no clips \(cat\/readme\.txt: .*\); add some/,
    ],
    [
      'has a class that is not in train',
      ['train/a/1.mp4', 'train/a/2.mp4', 'test/b/1.mp4', 'test/b/2.mp4', 'val/a/3.mp4'],
      /"b" has no training/,
    ],
    ['mixes split folders with others', ['train/a/1.mp4', 'test/a/1.mp4', 'extra/1.mp4'], /mixes split folders/],
  ])('that %s is refused in one sentence', async (_, paths, message) => {
    await touch(...paths);
    await expect(openDataset(folder)).rejects.toThrow(message);
    await expect(openDataset(folder)).rejects.toMatchObject({ name: 'DuetError' });
  });

  test('whose class folders lie one level deeper is answered with the folder to name', async () => {
    await touch(...clips('animals/dog', 3), ...clips('animals/cat', 3));
    await touch('vehicles/car/0.mp4');
    await expect(openDataset(folder)).rejects.toThrow(
      /"animals" in .* one level deeper, such as "animals\/cat"; name ".*animals" as the data instead/,
    );
    await touch('UCF-101/Archery/v_1.avi', 'Alists/classInd.txt');
    await expect(openDataset(folder)).rejects.toThrow(/"Alists" in .* such as "UCF-101\/Archery"; name ".*UCF-101" as/);
  });

  test('whose class folders lie deeper still, or below split folders, is reported', async () => {
    await touch(...clips('data/videos/dog', 3), ...clips('data/videos/cat', 3), 'data/notes/a.txt');
    await expect(openDataset(folder)).rejects.toThrow(
      /"data" in .* 2 levels deeper, such as "data\/videos\/cat"; name ".*data.videos" as the data instead/,
    );
    await rm(join(folder, 'data'), { recursive: true });
    await touch(...['train', 'val', 'test'].flatMap((split) => clips(`${split}/animals/dog`, 2)));
    await expect(openDataset(folder)).rejects.toThrow(
      /"test\/animals" in .* one level deeper, such as "test\/animals\/dog"; move them up into "test"\./,
    );
  });

  test.skipIf(process.platform !== 'linux')(
    'lists files whose names are not UTF-8, and names such folders',
    async () => {
      await touch(...clips('dog', 3), ...clips('cat', 3));
      const latin = (name: string) => Buffer.concat([Buffer.from(`${folder}/`), Buffer.from(name, 'latin1')]);
      await writeFile(latin('dog/b\u00e4r.mp4'), '');
      expect((await openDataset(folder)).ignored).toEqual([
        { path: 'dog/b\uFFFDr.mp4', reason: 'a name that is not UTF-8; rename it' },
      ]);
      await mkdir(latin('b\u00e4r'));
      await expect(openDataset(folder)).rejects.toThrow(/b\uFFFDr: its name is not UTF-8; rename it/);
    },
  );

  test('that does not exist is refused', async () => {
    await expect(openDataset(join(folder, 'nowhere'))).rejects.toThrow(/There is no data at/);
  });

  test('of one class with one clip can still be evaluated', async () => {
    await touch('dog/1.mp4');
    expect((await openDataset(folder, { purpose: 'evaluate' })).splitOrigin).toBe('all test');
  });
});

describe('a manifest', () => {
  const manifest = async (name: string, text: string) => {
    await writeFile(join(folder, name), text);
    return join(folder, name);
  };

  test('in CSV names clips relative to its folder, with times and splits', async () => {
    const path = await manifest(
      'clips.csv',
      '\uFEFFpath,start,end,label,split\n"v/a, b.mp4",1.5,4,dog,train\nv/a.mp4,,,cat,training\nv/c.mp4,2,,dog,validation\nv/d.mp4,,,cat,test\n',
    );
    await touch('v/a, b.mp4', 'v/a.mp4');
    const dataset = await openDataset(path);
    expect(ids(dataset.examples)).toEqual(['v/a, b.mp4#1.5-4', 'v/a.mp4', 'v/c.mp4#2-', 'v/d.mp4']);
    expect(dataset.examples[0]!.media).toEqual({ kind: 'video', path: join(folder, 'v/a, b.mp4'), start: 1.5, end: 4 });
    expect(dataset.examples.map((example) => example.split)).toEqual(['train', 'train', 'val', 'test']);
  });

  test('in JSONL takes pictures with sounds', async () => {
    const line = (i: number) => JSON.stringify({ image: `${i}.png`, audio: `${i}.wav`, label: i % 2 ? 'a' : 'b' });
    const path = await manifest('clips.jsonl', `${[0, 1, 2, 3, 4, 5].map(line).join('\n\n')}\n`);
    await touch(...[0, 1, 2, 3, 4, 5].flatMap((i) => [`${i}.png`, `${i}.wav`]));
    const dataset = await openDataset(path);
    expect(dataset.examples[0]).toMatchObject({
      id: '0.png+0.wav',
      media: { kind: 'pair', image: join(folder, '0.png') },
    });
  });

  test('of which a class has no file is refused for that', async () => {
    const rows = ['dog', 'cat'].flatMap((label) => [1, 2, 3, 4].map((i) => `${label}/${i}.mp4,${label}`));
    const path = await manifest('clips.csv', `path,label\n${rows.join('\n')}`);
    await touch('cat/1.mp4', 'cat/2.mp4', 'cat/3.mp4', 'cat/4.mp4');
    await expect(openDataset(path)).rejects.toThrow(
      /files of all 4 clips of the class "dog" are missing, ".*dog.1\.mp4" among them; put them there, or/,
    );
    const split = rows.map((row) => `${row},${row.includes('3') ? 'test' : 'train'}`);
    await writeFile(path, `path,label,split\n${split.join('\n')}`);
    await touch('dog/3.mp4');
    await expect(openDataset(path)).rejects.toThrow(/files of all 2 training clips of the class "dog" are missing/);
  });

  test('in Latin-1 is refused with its line, and letters with marks are one class however they are written', async () => {
    const rows = ['ba\u0308r', 'b\u00e4r', 'cat', 'cat'].flatMap((label, i) =>
      [1, 2, 3].map((j) => `${i}${j}.mp4,${label}`),
    );
    await touch(...rows.map((row) => row.split(',')[0]!));
    const path = await manifest('clips.csv', `path,label\n${rows.join('\n')}`);
    expect((await openDataset(path)).classes).toEqual(['b\u00e4r', 'cat']);
    await writeFile(path, Buffer.from('path,label\na.mp4,x\nb.mp4,b\u00e4r\n', 'latin1'));
    await expect(openDataset(path)).rejects.toThrow(/clips\.csv is not UTF-8 in line 3/);
    await writeFile(path, Buffer.from(`\uFEFFpath,label\n${rows.join('\n')}`, 'utf16le'));
    expect((await openDataset(path)).classes).toEqual(['b\u00e4r', 'cat']);
  });

  test('is read the same whichever line ends it has, mixed ones too', async () => {
    const rows = ['dog', 'cat'].flatMap((label) => [1, 2, 3].map((i) => `${label}/${i}.mp4,${label}`));
    await touch(...rows.map((row) => row.split(',')[0]!));
    for (const [first, others] of [
      ['\r\n', '\n'],
      ['\n', '\r\n'],
      ['\r', '\r'],
    ] as const) {
      const path = await manifest('clips.csv', `path,label${first}${rows.join(others)}`);
      const dataset = await openDataset(path);
      expect(dataset.classes).toEqual(['cat', 'dog']);
      expect(dataset.examples).toHaveLength(6);
    }
  });

  test.each<[string, string, RegExp]>([
    ['without rows', 'path,label\n', /is empty/],
    ['with an unknown column', 'path,lable\na.mp4,x\n', /unknown column "lable"; did you mean "label"\?/],
    ['with a row without label', 'path,label\na.mp4,x\nb.mp4,\n', /Row 3 .* no label/],
    ['with a row given twice', 'path,label\na.mp4,x\n./a.mp4,y\n', /Row 3 .*repeats row 2/],
    ['with an empty range', 'path,label,start,end\na.mp4,x,2,2\n', /Row 2 .*zero length/],
    ['with words for a time', 'path,label,start\na.mp4,x,soon\n', /Row 2 .*start "soon"/],
    ['with a picture and no sound', 'path,label,image\n,x,a.png\n', /Row 2 .*image but no audio/],
    ['with neither path nor picture', 'path,label\n,x\n', /Row 2 .*no path/],
    ['with a split in some rows only', 'path,label,split\na.mp4,x,train\nb.mp4,x,\n', /Row 3 .*no split while row 2/],
    ['with an unknown split', 'path,label,split\na.mp4,x,trian\n', /unknown split "trian"; did you mean "train"/],
    ['with too many cells', 'path,label\na.mp4,x,y\n', /Row 2 .*3 cells for 2 columns/],
    [
      'with semicolons',
      'path;label\na.mp4;x\n',
      /separates its columns by ";", not by ","; save it with "," between cells/,
    ],
    ['with semicolons between quoted cells', '"path";"label"\n"a.mp4";"x"\n', /separates its columns by ";"/],
    ['with its separator in a line of its own', 'sep=;\npath;label\na.mp4;x\n', /separates its columns by ";"/],
    ['with tabs', 'path\tlabel\na.mp4\tx\n', /separates its columns by tabs, not by ","/],
    [
      'with an endless label',
      `path,label\na.mp4,${'x'.repeat(200_000)}\n`,
      /^.{0,300}label of 200000 characters.{0,100}$/,
    ],
    ['with an endless path', `path,label\n${'x'.repeat(5000)},x\n`, /Row 2 .* path of 5000 characters/],
    ['with an open quote', 'path,label\n"a.mp4,x\n', /not a well-formed table \(.*\); fix it/],
  ])('%s is refused with its row', async (_, text, message) => {
    await expect(openDataset(await manifest('clips.csv', text))).rejects.toThrow(message);
  });

  test('in JSONL that is not JSON is refused with its row', async () => {
    await expect(openDataset(await manifest('c.jsonl', '{"path":"a","label":"x"}\n{oops\n'))).rejects.toThrow(
      /Row 2 .*not JSON/,
    );
  });
});
