import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { encodedClip } from '../../media/encoded-clip.test-data.ts';
import { annotationOf, labelOf } from '../annotation.ts';
import { type Dataset, examplesOf, type Split } from '../dataset.ts';
import { type OpenDatasetOptions, openDataset } from '../open-dataset-node.ts';
import {
  annotationLine,
  aveVideos,
  cremaDNames,
  empty,
  writeAve,
  writeFiles,
  writeLabels,
} from './field-layouts.test-data.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'duet-layouts-'));
});
afterEach(() => rm(folder, { recursive: true }));

const open = (options?: OpenDatasetOptions) => openDataset(folder, options);
const ids = (dataset: Dataset, split: Split) => examplesOf(dataset, split).map((example) => example.id);
const groupsOf = (dataset: Dataset, split: Split) =>
  new Set(examplesOf(dataset, split).map((example) => example.group));

describe('AVE', () => {
  test('is a clip per video, in the splits of the order files', async () => {
    await writeAve(folder);
    const dataset = await open();
    expect([dataset.layout, dataset.splitOrigin, dataset.background]).toEqual(['ave', 'given', undefined]);
    expect(dataset.classes).toEqual(['Church bell', 'Male speech, man speaking']);
    expect(ids(dataset, 'val')).toEqual([aveVideos[2]!, aveVideos[6]!].map(({ id }) => `AVE/${id}.mp4`));
    expect(dataset.examples[0]!.media).toEqual({ kind: 'video', path: join(folder, 'AVE', `${aveVideos[0]!.id}.mp4`) });
  });

  test('as segments is ten seconds per video, those without the event background', async () => {
    await writeAve(folder);
    const dataset = await open({ layout: 'ave-segments' });
    expect(dataset.classes).toHaveLength(2);
    expect(dataset.background).toBe('background');
    const labels = dataset.examples.filter(({ group }) => group === aveVideos[3]!.id).map(labelOf);
    expect(labels).toEqual([...Array(3).fill('background'), ...Array(7).fill('Church bell')]);
    expect(dataset.examples.find(({ id }) => id === `AVE/${aveVideos[3]!.id}.mp4#2-3`)!.media).toMatchObject({
      start: 2,
      end: 3,
    });
    expect(ids(dataset, 'test')).toHaveLength(20);
    await rm(join(folder, 'data/labels.h5'));
    expect((await open({ layout: 'ave-segments' })).examples).toEqual(dataset.examples);
  });

  test('as its archive has it is split by text files, headers left out, and its own val is kept', async () => {
    const lines = aveVideos.map(annotationLine);
    const header = 'Category&VideoID&Quality&StartTime&EndTime\n';
    await writeFiles(folder, {
      ...empty(aveVideos.map(({ id }) => `AVE/${id}.mp4`)),
      'Annotations.txt': header + lines.join(''),
      'trainSet.txt': [0, 1, 4, 5].map((row) => lines[row]).join(''),
      'valSet.txt': [2, 6].map((row) => lines[row]).join(''),
      'testSet.txt': [3, 7].map((row) => lines[row]).join(''),
    });
    const dataset = await open();
    expect(['train', 'val', 'test'].map((split) => ids(dataset, split as Split).length)).toEqual([4, 2, 2]);
    await rm(join(folder, 'valSet.txt'));
    const cut = await open();
    expect(cut.splitOrigin).toBe('given, val cut from train');
    expect(ids(cut, 'test')).toEqual(ids(dataset, 'test'));
    expect(ids(cut, 'val').every((id) => ids(dataset, 'train').includes(id))).toBe(true);
    const segments = await open({ layout: 'ave-segments' });
    expect([...groupsOf(segments, 'val')].filter((group) => groupsOf(segments, 'train').has(group))).toEqual([]);
    expect(groupsOf(segments, 'val').size).toBe(2);
  });

  test('is read from extracted frames and sounds, and lists what is not there', async () => {
    await writeAve(folder);
    await rm(join(folder, 'AVE'), { recursive: true });
    const there = aveVideos.slice(1);
    await writeFiles(
      folder,
      empty(
        there.flatMap(({ id }) => [`AVE_Dataset/video_frames/${id}/000001.jpg`, `AVE_Dataset/raw_audio/${id}.wav`]),
      ),
    );
    await rm(join(folder, 'AVE_Dataset/raw_audio', `${there[0]!.id}.wav`));
    const dataset = await open({ layout: 'ave-segments', purpose: 'evaluate' });
    expect(dataset.examples).toHaveLength(60);
    expect(dataset.examples[0]!.media).toEqual({
      kind: 'frames',
      folder: join(folder, 'AVE_Dataset/video_frames', there[1]!.id),
      audio: join(folder, 'AVE_Dataset/raw_audio', `${there[1]!.id}.wav`),
      start: 0,
      end: 1,
    });
    expect(dataset.missing.map(({ id, reason }) => [id, reason])).toEqual([
      [aveVideos[0]!.id, `There is no file named "${aveVideos[0]!.id}".`],
      [aveVideos[1]!.id, `There are pictures but no sound file named "${aveVideos[1]!.id}".`],
    ]);
  });

  test('tells a video that is listed for two events apart by the event', async () => {
    await writeAve(folder);
    const twice = [...aveVideos, { ...aveVideos[0]!, label: 'Bark' }];
    await writeFiles(folder, { 'data/Annotations.txt': twice.map(annotationLine).join('') });
    const dataset = await open({ purpose: 'evaluate' });
    expect(dataset.ignored).toEqual([{ path: aveVideos[0]!.id, reason: 'listed in none of the splits' }]);
    for (const split of ['train', 'val', 'test']) await rm(join(folder, `data/${split}_order.h5`));
    const id = `AVE/${aveVideos[0]!.id}.mp4`;
    expect(ids(await open({ purpose: 'evaluate' }), 'test').slice(0, 2)).toEqual([`${id}/Bark`, `${id}/Church bell`]);
  });

  test('with files of different releases, or damaged ones, is refused', async () => {
    await writeAve(folder);
    await writeLabels(join(folder, 'data/labels.h5'), aveVideos.slice(1));
    await expect(open({ layout: 'ave-segments' })).rejects.toThrow(/shape \[7, 10, 29\] for the 8 lines/);
    await writeFiles(folder, { 'data/Annotations.txt': aveVideos.slice(0, 7).map(annotationLine).join('') });
    await expect(open()).rejects.toThrow(/test_order.h5" names row 7 of 7/);
    await writeFile(join(folder, 'data/test_order.h5'), 'version https://git-lfs');
    await expect(open()).rejects.toThrow(/is not an HDF5 file/);
    await writeFile(join(folder, 'data/Annotations.txt'), `${annotationLine(aveVideos[0]!)}Bark&x\n`);
    await expect(open()).rejects.toThrow(/Line 2 of ".*" is not "category&video/);
  });
});

describe('VGGSound', () => {
  const csv = [
    '---g-f_I2yQ,1,people marching,test',
    '--0PQM4-hqg,30,"cat, caterwauling",train',
    '--56QUhyDQM,185,people marching,train',
    '-abcdefghij,7,"cat, caterwauling",train',
    '-klmnopqrst,1000,people marching,train',
    '-uvwxyzABCD,0,"cat, caterwauling",test',
  ].join('\n');

  test('is found by id and start second, in videos as in frames, and never gives test clips to val', async () => {
    await writeFiles(folder, {
      'vggsound.csv': csv,
      ...empty(['video/---g-f_I2yQ_000001.mp4', 'video/--0PQM4-hqg_000030.mp4', 'video/-klmnopqrst_1000.mp4']),
      ...empty(['frames/train/Image-01-FPS/--56QUhyDQM_000185.mp4/00000.jpg', 'audio/train/--56QUhyDQM_000185.wav']),
      ...empty(['frames/train/Image-01-FPS/-abcdefghij_000007/00000.jpg', 'audio/train/-abcdefghij_000007.wav']),
    });
    const dataset = await open();
    expect([dataset.layout, dataset.splitOrigin]).toEqual(['vggsound', 'given, val cut from train']);
    expect(dataset.classes).toEqual(['cat, caterwauling', 'people marching']);
    expect(ids(dataset, 'test')).toEqual(['video/---g-f_I2yQ_000001.mp4']);
    expect(dataset.examples.map(({ media }) => media.kind).sort()).toEqual([
      'frames',
      'frames',
      'video',
      'video',
      'video',
    ]);
    expect(dataset.missing).toMatchObject([{ id: '-uvwxyzABCD_000000', label: 'cat, caterwauling', split: 'test' }]);
  });

  test('is found by start and end too, in seconds or milliseconds, below a header row', async () => {
    await writeFiles(folder, {
      'vggsound.csv': `video,start,label,split\n${csv}`,
      ...empty(['video/--0PQM4-hqg_30000_40000.mp4', 'video/-abcdefghij_7000_17000.mp4']),
      ...empty(['video/--56QUhyDQM_185_195.mp4', 'video/-klmnopqrst_1000000_1010000.mp4']),
    });
    expect((await open()).examples.map(({ id }) => id)).toEqual([
      'video/--0PQM4-hqg_30000_40000.mp4',
      'video/--56QUhyDQM_185_195.mp4',
      'video/-abcdefghij_7000_17000.mp4',
      'video/-klmnopqrst_1000000_1010000.mp4',
    ]);
  });

  test('with a malformed row is refused with its number', async () => {
    await writeFiles(folder, { 'vggsound.csv': `${csv}\nid,soon,label,train` });
    await expect(open()).rejects.toThrow(/Row 7 of/);
  });

  test('with other separators is refused for these', async () => {
    await writeFiles(folder, { 'vggsound.csv': 'id;5;cat;train\nid;15;cat, caterwauling;test' });
    await expect(open()).rejects.toThrow(/vggsound\.csv" separates its columns by ";", not by ","; save it with ","/);
  });
});

test('UCF101 keeps its first published split, and no video in both train and val', async () => {
  const clips = ['Archery', 'Biking'].flatMap((label) =>
    [1, 2, 3, 4].flatMap((group) => [1, 2].map((clip) => `${label}/v_${label}_g0${group}_c0${clip}.avi`)),
  );
  const [train, test] = [
    clips.filter((clip) => !clip.includes('_g01_')),
    clips.filter((clip) => clip.includes('_g01_')),
  ];
  await writeFiles(folder, {
    'ucfTrainTestlist/classInd.txt': '1 Archery\r\n2 Biking\r\n',
    'ucfTrainTestlist/trainlist03.txt': 'Archery/v_Archery_g01_c01.avi 1\nBiking/v_Biking_g01_c01.avi 2\n',
    'ucfTrainTestlist/testlist03.txt': 'Archery/v_Archery_g02_c01.avi\n',
    'ucfTrainTestlist/trainlist01.txt': train.map((clip) => `${clip} ${clip.startsWith('A') ? 1 : 2}\r\n`).join(''),
    'ucfTrainTestlist/testlist01.txt': `${test.join('\n')}\nBiking/v_Biking_g09_c01.avi\n`,
    ...empty(clips.map((clip) => `UCF-101/${clip}`)),
  });
  const dataset = await open();
  expect([dataset.layout, dataset.classes]).toEqual(['ucf101', ['Archery', 'Biking']]);
  expect(ids(dataset, 'test')).toEqual(test.map((clip) => `UCF-101/${clip}`));
  expect(groupsOf(dataset, 'val').size).toBe(2);
  expect([...groupsOf(dataset, 'val')].filter((group) => groupsOf(dataset, 'train').has(group))).toEqual([]);
  expect(dataset.missing).toMatchObject([{ id: 'v_Biking_g09_c01', label: 'Biking', split: 'test' }]);
  await writeFiles(folder, { 'ucfTrainTestlist/testlist01.txt': 'v_Archery_g01_c01.avi' });
  await expect(open()).rejects.toThrow(/Row 1 of .*testlist01\.txt" is not a class and a file/);
  for (const name of ['trainlist01.txt', 'testlist01.txt']) await rm(join(folder, 'ucfTrainTestlist', name));
  const third = await openDataset(folder, { purpose: 'evaluate' });
  expect(ids(third, 'test')).toEqual(['UCF-101/Archery/v_Archery_g02_c01.avi']);
});

describe('CREMA-D', () => {
  test('keeps the published lists, and takes frames with WAVs before Flash videos', async () => {
    const names = cremaDNames(4);
    const row = (name: string) => `${name},${name.slice(9, 12)}\r\n`;
    await writeFiles(folder, {
      'Annotations/train.csv': `\uFEFF${names.slice(0, 18).map(row).join('')}`,
      'Annotations/test.csv': names.slice(18).map(row).join(''),
      ...empty(names.flatMap((name) => [`AudioWAV/${name}.wav`, `VideoFlash/${name}.flv`])),
      ...empty(names.slice(1).map((name) => `frames/Image-01-FPS/${name}/00000.jpg`)),
    });
    const dataset = await open();
    expect([dataset.layout, dataset.splitOrigin]).toEqual(['cremad', 'given, val cut from train']);
    expect(dataset.classes).toEqual(['ANG', 'DIS', 'FEA', 'HAP', 'NEU', 'SAD']);
    expect(ids(dataset, 'test')).toEqual(names.slice(18).map((name) => `frames/Image-01-FPS/${name}`));
    expect(dataset.examples.find(({ media }) => media.kind === 'video')!.id).toBe(`VideoFlash/${names[0]}.flv`);
  });

  test('without lists is divided by speaker', async () => {
    await writeFiles(
      folder,
      empty(cremaDNames(20).flatMap((name) => [`AudioWAV/${name}.wav`, `VideoMP4/${name}.mp4`])),
    );
    const dataset = await open({ seed: 5 });
    expect([dataset.layout, dataset.splitOrigin]).toEqual(['cremad-speakers', 'drawn']);
    const speakers = (['train', 'val', 'test'] as const).map((split) => groupsOf(dataset, split));
    expect(speakers.map((group) => group.size)).toEqual([14, 3, 3]);
    expect(new Set(speakers.flatMap((group) => [...group])).size).toBe(20);
    expect(await open({ seed: 5 })).toEqual(dataset);
    expect(groupsOf(await open({ seed: 6 }), 'test')).not.toEqual(speakers[2]);
  });
});

describe('UnAV-100', () => {
  test('is a clip per event, overlapping ones included, in its own subsets', async () => {
    const video = (subset: string, ...annotations: [number, number, string][]) => ({
      duration: 47.68,
      annotations: annotations.map(([start, end, label]) => ({ segment: [start, end], label, label_id: 0 })),
      subset,
    });
    const database = {
      '72f67ednp7w': video(
        'train',
        [13.01, 15.78316, 'skateboarding'],
        [0, 15.2396, 'playing piano'],
        [0, 15.2396, 'wind noise'],
      ),
      '8WSesSOfBrE': video('validation', [0, 39, 'skateboarding'], [5, 5, 'wind noise']),
      '-Rjmgv0O_p0': video('test', [0, 45.67432, 'wind noise']),
      D05_MrPXqjw: video('test', [1, 2, 'wind noise']),
    };
    await writeFiles(folder, {
      'annotations/unav100_annotations.json': JSON.stringify({ version: 'unav100', database }),
      ...empty(['raw_videos/72f67ednp7w.mp4', 'raw_videos/8WSesSOfBrE.mp4', 'raw_videos/-Rjmgv0O_p0.mp4']),
    });
    const dataset = await open({ purpose: 'evaluate' });
    expect(dataset.layout).toBe('unav');
    expect(ids(dataset, 'train')).toEqual([
      'raw_videos/72f67ednp7w.mp4#0-15.2396/playing piano',
      'raw_videos/72f67ednp7w.mp4#0-15.2396/wind noise',
      'raw_videos/72f67ednp7w.mp4#13.01-15.78316',
    ]);
    expect(examplesOf(dataset, 'train')[2]!.media).toMatchObject({ start: 13.01, end: 15.78316 });
    expect(ids(dataset, 'val')).toEqual(['raw_videos/8WSesSOfBrE.mp4#0-39']);
    expect(dataset.ignored).toEqual([{ path: '8WSesSOfBrE#5-5', reason: 'has no length' }]);
    expect(dataset.missing.map(({ id }) => id)).toEqual(['D05_MrPXqjw#1-2']);

    const located = await open({ annotation: 'events' });
    expect(located.examples.map(({ id, split }) => [id, split])).toEqual([
      ['raw_videos/-Rjmgv0O_p0.mp4', 'test'],
      ['raw_videos/72f67ednp7w.mp4', 'train'],
      ['raw_videos/8WSesSOfBrE.mp4', 'val'],
    ]);
    expect(annotationOf(located.examples[1]!, 'events')!.events).toHaveLength(3);
    expect(located.classes).toEqual(['playing piano', 'skateboarding', 'wind noise']);
    expect(located.missing.map(({ id }) => id)).toEqual(['D05_MrPXqjw']);
  });
});

describe('tables of DESED', () => {
  const header = 'filename\tonset\toffset\tevent_label\n';

  test('keep the events of a video together, videos without any too, in the splits that their names say', async () => {
    await writeFiles(folder, {
      'sed-train.tsv': `${header}a.wav\t1.5\t0:03\tbird\na.wav\t2\t4\tclock\nb.mp4\t\t\t\n`,
      'sed-test.tsv': `${header}c.mp4\t0\t1\tbird\n`,
      ...empty(['clips/a.mp4', 'clips/b.mp4', 'clips/c.mp4']),
    });
    const dataset = await open({ annotation: 'events', purpose: 'evaluate' });
    expect(dataset.layout).toBe('desed');
    expect(dataset.examples.map(({ id, split }) => [id, split])).toEqual([
      ['clips/a.mp4', 'train'],
      ['clips/b.mp4', 'train'],
      ['clips/c.mp4', 'test'],
    ]);
    expect(dataset.examples.map((example) => annotationOf(example, 'events')!.events)).toEqual([
      [
        { start: 1.5, end: 3, label: 'bird' },
        { start: 2, end: 4, label: 'clock' },
      ],
      [],
      [{ start: 0, end: 1, label: 'bird' }],
    ]);
  });
});

test('a file of events for each sense gives a video all of them', async () => {
  const database = (label: string) =>
    JSON.stringify({ database: { a: { subset: 'training', annotations: [{ segment: [0, 1], label }] } } });
  await writeFiles(folder, {
    ...{ 'annotations/tal.json': database('run'), 'annotations/sed.json': database('bark') },
    ...{ 'annotations/avel.json': database('clap'), ...empty(['a.mp4']) },
  });
  const { examples, classes } = await open({ annotation: 'events', purpose: 'evaluate' });
  const found = examples[0]!.annotations.map((one) => one.kind === 'events' && [one.sense, one.events[0]!.label]);
  expect(found).toEqual([
    ['both', 'clap'],
    ['heard', 'bark'],
    ['seen', 'run'],
  ]);
  expect(classes).toEqual(['bark', 'clap', 'run']);
});

test('label tracks of Audacity lie beside what they label', async () => {
  await writeFiles(folder, {
    ...{ 'a.txt': '1.5\t2\tbird\n0:03\t4\n', 'notes.txt': 'not a track\n' },
    ...empty(['a.wav', 'b.wav']),
  });
  const { layout, examples, ignored } = await open({ annotation: 'events', purpose: 'evaluate' });
  expect([layout, examples.map(({ id }) => id)]).toEqual(['audacity', ['a.wav']]);
  expect(annotationOf(examples[0]!, 'events')!.events).toEqual([{ start: 1.5, end: 2, label: 'bird' }]);
  expect(ignored.map(({ reason }) => reason)).toEqual([
    expect.stringMatching(/^Line 2 of ".*a.txt" names no class\.$/),
  ]);
});

test('a manifest of events gives whole videos to what locates them', async () => {
  await writeFiles(folder, {
    'events.csv': 'path,start,end,label\na.mp4,1,2,dog\na.mp4,00:00:03,4,cat\nb.mp4,0,1,dog\n',
    ...empty(['a.mp4', 'b.mp4']),
  });
  const dataset = await openDataset(join(folder, 'events.csv'), { annotation: 'events', purpose: 'evaluate' });
  expect(dataset.examples.map((example) => annotationOf(example, 'events')!.events.length)).toEqual([2, 1]);
});

test('tables of events lie beside their videos, a split in each', async () => {
  await writeFiles(folder, {
    'train.csv': 'label,path,start,end\ndog,a.mp4,1,00:00:02.5\ncat,b.mp4,0,3\n,b.mp4,1,2\n',
    'heard test.csv': 'path,start,end,label\nvideos/c.mp4,4,5,dog\n',
    ...empty(['a.mp4', 'b.mp4', 'videos/c.mp4']),
  });
  const { layout, examples, ignored } = await open({ annotation: 'events', purpose: 'evaluate' });
  expect([layout, examples.map(({ id, split }) => `${id} ${split}`)]).toEqual([
    'event-table',
    ['a.mp4 train', 'b.mp4 train', 'videos/c.mp4 test'],
  ]);
  expect(annotationOf(examples[0]!, 'events')!.events).toEqual([{ start: 1, end: 2.5, label: 'dog' }]);
  expect(annotationOf(examples[2]!, 'events')!.sense).toBe('heard');
  expect(ignored).toHaveLength(1);
});

test('data without the annotations that are wanted is refused with the layouts that have them', async () => {
  await writeFiles(folder, empty(['dog/a.mp4', 'dog/b.mp4', 'cat/a.mp4', 'cat/b.mp4']));
  await expect(open({ annotation: 'events' })).rejects.toThrow(
    /has a class for each clip, and this recipe learns from events with their times; lay it out as unav or desed or audacity/,
  );
});

describe('AudioSet', () => {
  const list = (...rows: string[]) =>
    `# Segments csv created Sun Mar  5 10:54:31 2017\n# num_ytids=3\n# YTID, start_seconds, end_seconds, positive_labels\n${rows.join('\n')}\n`;

  test('takes segments with one label, by its name, and files cut out by several tools', async () => {
    await writeFiles(folder, {
      'class_labels_indices.csv':
        'index,mid,display_name\n0,/m/09x0r,"Speech"\n1,/m/05zppz,"Male speech, man speaking"\n',
      'balanced_train_segments.csv': list(
        '--4gqARaEJE, 0.000, 10.000, "/m/09x0r,/m/05zppz"',
        '--BfvyPmVMo, 20.000, 30.000, "/m/09x0r"',
        '-0RWZT-miFs, 420.000, 430.000, "/m/05zppz"',
      ),
      'eval_segments.csv': list('-aaaaaaaaaa, 30.000, 40.000, "/m/09x0r"', '-bbbbbbbbbb, 12.500, 22.500, "/m/05zppz"'),
      ...empty([
        'train/--BfvyPmVMo_20.000_30.000.mp4',
        'train/-0RWZT-miFs_000420.mp4',
        'eval/-aaaaaaaaaa_30000.mp4',
        'eval/-bbbbbbbbbb.mp4',
      ]),
    });
    const dataset = await open({ purpose: 'evaluate' });
    expect([dataset.layout, dataset.classes]).toEqual(['audioset', ['Male speech, man speaking', 'Speech']]);
    expect(ids(dataset, 'train')).toEqual(['train/--BfvyPmVMo_20.000_30.000.mp4', 'train/-0RWZT-miFs_000420.mp4']);
    // Named by the id alone: the whole video.
    expect(ids(dataset, 'test')).toEqual(['eval/-aaaaaaaaaa_30000.mp4', 'eval/-bbbbbbbbbb.mp4#12.5-22.5']);
    expect(dataset.ignored).toEqual([{ path: '--4gqARaEJE#0-10', reason: 'has more than one label' }]);
  });

  test('files named by the id alone are whole videos if they reach as far as their segments, else the segments', async () => {
    const video = async (name: string, seconds: number) => {
      const times = Array.from({ length: seconds * 2 }, (_, index) => index / 2);
      const clip = await encodedClip({
        container: 'mkv',
        codec: 'vp8',
        width: 32,
        height: 32,
        times,
        end: seconds,
        luma: (index) => 20 + index,
      });
      await writeFile(join(folder, name), clip);
    };
    await writeFiles(folder, {
      'train_segments.csv': list('a, 2.000, 4.000, x', 'b, 30.000, 32.000, x', 'c, 2.000, 4.000, y'),
    });
    for (const name of ['a.mkv', 'Yb.mkv', 'c.mkv']) await video(name, 2);
    expect((await open({ purpose: 'evaluate' })).examples.map(({ id }) => id)).toEqual(['Yb.mkv', 'a.mkv', 'c.mkv']);
    for (const name of ['a.mkv', 'c.mkv']) await video(name, 5);
    const whole = await open({ purpose: 'evaluate' });
    expect(whole.examples.map(({ id }) => id)).toEqual(['Yb.mkv#30-32', 'a.mkv#2-4', 'c.mkv#2-4']);
  });

  test('lists that say their split beside one that does not are refused', async () => {
    await writeFiles(folder, { 'train_segments.csv': list('a, 0, 10, x'), 'my_segments.csv': list('b, 0, 10, y') });
    await expect(open()).rejects.toThrow(/my_segments.csv" does not say in its name which split/);
  });
});

test('class folders stay class folders beside tables of another kind', async () => {
  const clips = ['a', 'b'].flatMap((label) => [0, 1, 2].map((clip) => `${label}/${clip}.mp4`));
  await writeFiles(folder, {
    ...empty(clips),
    'segments.csv': 'name,colour\na,red\n',
    'train.csv': 'path,label\na/0.mp4,a\n',
    'annotations.json': '{"version": 1}',
    'Annotations.txt': 'some words\n',
  });
  expect((await open()).layout).toBe('folder');
});

test('a layout of which no clip is there says so', async () => {
  await writeAve(folder);
  await rm(join(folder, 'AVE'), { recursive: true });
  await expect(open()).rejects.toThrow(/read as ave, holds no clips; of 8 listed clips none is there/);
});

test('a named layout needs its own files, and a folder or a file as the case may be', async () => {
  await writeFiles(folder, { 'a/1.mp4': '', 'clips.csv': 'path,label\na/1.mp4,a\n' });
  await expect(open({ layout: 'vggsound' })).rejects.toThrow(/holds no vggsound.csv/);
  await expect(open({ layout: 'cremad' })).rejects.toThrow(/put train.csv and test.csv there/);
  await expect(open({ layout: 'unav' })).rejects.toThrow(/put unav100_annotations.json there/);
  await expect(open({ layout: 'audioset' })).rejects.toThrow(/holds no eval_segments.csv/);
  await expect(open({ layout: 'manifest' })).rejects.toThrow(/is read from a file/);
  await expect(openDataset(join(folder, 'clips.csv'), { layout: 'ave' })).rejects.toThrow(/is read from a folder/);
});
