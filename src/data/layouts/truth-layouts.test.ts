import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { annotationOf, labelOf } from '../annotation.ts';
import type { Dataset } from '../dataset.ts';
import { type OpenDatasetOptions, openDataset } from '../open-dataset-node.ts';
import { empty, writeFiles } from './field-layouts.test-data.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'duet-truth-'));
});
afterEach(() => rm(folder, { recursive: true }));

const open = (options?: OpenDatasetOptions) =>
  openDataset(folder, { annotation: 'truth', purpose: 'evaluate', ...options });
const truths = ({ examples }: Dataset) => examples.map(({ id, ...rest }) => [id, annotationOf(rest, 'truth')]);
const groups = ({ examples }: Dataset) => examples.map(({ group }) => group);

describe('FakeAVCeleb', () => {
  const clips = [
    'FakeVideo-RealAudio/African/men/id00076/00109_2.mp4',
    'RealVideo-FakeAudio/African/men/id00076/00109_fake.mp4',
    'RealVideo-RealAudio/African/men/id00076/00109.mp4',
  ];

  test('takes the truth from the folders, the method from its table, and keeps persons together', async () => {
    await writeFiles(folder, {
      ...empty(clips),
      'meta_data.csv': [
        'source,target1,target2,method,category,type,race,gender,path,',
        'id00076,-,-,real,A,RealVideo-RealAudio,African,men,00109.mp4,FakeAVCeleb/RealVideo-RealAudio/African/men/id00076',
        'id00076,id00166,-,wav2lip,C,FakeVideo-RealAudio,African,men,00109_2.mp4,FakeAVCeleb/FakeVideo-RealAudio/African/men/id00076',
      ].join('\n'),
    });
    const dataset = await open();
    expect(dataset.layout).toBe('fakeavceleb');
    expect(truths(dataset)).toEqual([
      [clips[0], { kind: 'truth', real: false, method: 'FakeVideo-RealAudio, wav2lip' }],
      [clips[1], { kind: 'truth', real: false, method: 'RealVideo-FakeAudio' }],
      [clips[2], { kind: 'truth', real: true }],
    ]);
    expect(groups(dataset)).toEqual(['id00076', 'id00076', 'id00076']);
    expect(dataset.examples[2]!.media).toEqual({ kind: 'video', path: join(folder, clips[2]!) });
  });

  test('without its table has categories for methods, and a broken table is refused', async () => {
    await writeFiles(folder, empty(clips));
    expect(annotationOf((await open()).examples[0]!, 'truth')!.method).toBe('FakeVideo-RealAudio');
    await writeFiles(folder, { 'meta_data.csv': 'source,type\n' });
    await expect(open()).rejects.toThrow(/has no column method; get a fresh copy/);
  });

  test('is drawn so that nobody is in two splits', async () => {
    const person = (n: number) => `id${String(n).padStart(5, '0')}`;
    const ofPerson = (n: number) =>
      ['RealVideo-RealAudio', 'FakeVideo-FakeAudio'].map((category) => `${category}/Asian/women/${person(n)}/1.mp4`);
    await writeFiles(folder, empty(Array.from({ length: 12 }, (_, n) => ofPerson(n)).flat()));
    const { examples, splitOrigin } = await open({ purpose: 'train' });
    expect(splitOrigin).toBe('drawn');
    const splitsOf = new Map<string, Set<string>>();
    for (const { group, split } of examples) splitsOf.set(group!, (splitsOf.get(group!) ?? new Set()).add(split));
    expect([...splitsOf.values()].every((splits) => splits.size === 1)).toBe(true);
    expect(new Set(examples.map(({ split }) => split)).size).toBe(3);
  });
});

describe('lists of fake periods', () => {
  test('LAV-DF says when which side is fake, in its own splits, and lists what is not there', async () => {
    const entry = {
      duration: 5,
      n_fakes: 0,
      fake_periods: [],
      modify_video: false,
      modify_audio: false,
      original: null,
    };
    await writeFiles(folder, {
      ...empty(['train/000001.mp4', 'test/000002.mp4', 'dev/000003.mp4']),
      'metadata.json': JSON.stringify([
        { ...entry, file: 'train/000001.mp4', split: 'train' },
        {
          ...{ ...entry, file: 'test/000002.mp4', split: 'test', n_fakes: 1, original: 'test/000009.mp4' },
          ...{ fake_periods: [[1.2, 2.5]], modify_video: true, modify_audio: true },
        },
        { ...entry, file: 'dev/000003.mp4', split: 'dev', modify_audio: true, fake_periods: [[0, 1]] },
        { ...entry, file: 'dev/000004.mp4', split: 'dev' },
      ]),
    });
    const dataset = await open();
    expect([dataset.layout, dataset.splitOrigin]).toEqual(['lav-df', 'given']);
    expect(dataset.examples.map(({ id, split, group }) => [id, split, group])).toEqual([
      ['dev/000003.mp4', 'val', 'dev/000003.mp4'],
      ['test/000002.mp4', 'test', 'test/000009.mp4'],
      ['train/000001.mp4', 'train', 'train/000001.mp4'],
    ]);
    expect(truths(dataset).map(([, truth]) => truth)).toEqual([
      { kind: 'truth', real: false, method: 'sound', fakes: [{ start: 0, end: 1 }] },
      { kind: 'truth', real: false, method: 'picture and sound', fakes: [{ start: 1.2, end: 2.5 }] },
      { kind: 'truth', real: true },
    ]);
    expect(dataset.missing).toEqual([
      { id: 'dev/000004.mp4', label: 'real', split: 'val', reason: 'There is no such file.' },
    ]);
  });

  test('AV-Deepfake1M has a list for each split, beside or above its folder of videos', async () => {
    const entry = (file: string, split: string, modify_type: string, fake_segments: number[][]) => ({
      ...{ file, split, modify_type, fake_segments, original: null, audio_model: 'vits', video_frames: 100 },
    });
    await writeFiles(folder, {
      ...empty(['train/id1/a/real.mp4', 'val/id2/b/fake.mp4']),
      'train_metadata.json': JSON.stringify([entry('id1/a/real.mp4', 'train', 'real', [])]),
      'val/metadata.json': JSON.stringify([entry('id2/b/fake.mp4', 'val', 'audio_modified', [[0.5, 0.9]])]),
    });
    const dataset = await open();
    expect(dataset.layout).toBe('av-deepfake1m');
    expect(dataset.examples.map(({ id, split }) => [id, split])).toEqual([
      ['train/id1/a/real.mp4', 'train'],
      ['val/id2/b/fake.mp4', 'val'],
    ]);
    expect(truths(dataset)[1]![1]).toEqual({
      ...{ kind: 'truth', real: false, method: 'sound' },
      fakes: [{ start: 0.5, end: 0.9 }],
    });
  });

  test('an entry that is malformed is named', async () => {
    await writeFiles(folder, { 'metadata.json': JSON.stringify([{ file: 'a.mp4', fake_periods: [[1]] }]) });
    await expect(open()).rejects.toThrow(/metadata\.json is not as expected: '0\.fake_periods\.0/);
  });
});

describe('DFDC', () => {
  const parts = {
    'part_0/metadata.json': JSON.stringify({
      'a.mp4': { label: 'FAKE', split: 'train', original: 'b.mp4' },
      'b.mp4': { label: 'REAL', split: 'train' },
    }),
    'part_1/metadata.json': JSON.stringify({
      'c.mp4': { label: 'REAL', split: 'train', original: null },
      'd.mp4': { label: 'FAKE', split: 'train', original: 'c.mp4' },
    }),
    ...empty(['part_0/a.mp4', 'part_0/b.mp4', 'part_1/c.mp4']),
  };

  test('a fake and its original are one group, and a split that all share is none', async () => {
    await writeFiles(folder, parts);
    const dataset = await open();
    expect([dataset.layout, dataset.splitOrigin]).toEqual(['dfdc', 'all test']);
    expect(dataset.examples.map((example) => [example.id, labelOf(example), example.group])).toEqual([
      ['part_0/a.mp4', 'fake', 'b.mp4'],
      ['part_0/b.mp4', 'real', 'b.mp4'],
      ['part_1/c.mp4', 'real', 'c.mp4'],
    ]);
    expect(dataset.missing.map(({ id, label }) => [id, label])).toEqual([['part_1/d.mp4', 'fake']]);
  });
});

describe('folders real and fake', () => {
  test('have persons below real and methods below fake', async () => {
    await writeFiles(
      folder,
      empty(['real/ann/1.mp4', 'real/2.mp4', 'fake/wav2lip/3.mp4', 'fake/4.mp4', 'notes/5.mp4']),
    );
    const dataset = await open();
    expect(dataset.layout).toBe('real-fake');
    expect(truths(dataset)).toEqual([
      ['fake/4.mp4', { kind: 'truth', real: false }],
      ['fake/wav2lip/3.mp4', { kind: 'truth', real: false, method: 'wav2lip' }],
      ['real/2.mp4', { kind: 'truth', real: true }],
      ['real/ann/1.mp4', { kind: 'truth', real: true }],
    ]);
    expect(groups(dataset)).toEqual([undefined, undefined, undefined, 'ann']);
  });

  test('may lie in folders of splits, and a table may name persons and methods', async () => {
    await writeFiles(folder, {
      ...empty(['train/real/a-1.mp4', 'test/real/b-1.mp4', 'test/fake/b-dub.mp4']),
      'clips.csv': 'path,split,person,method\ntest/fake/b-dub.mp4,test,b,dub\ntrain/real/a-1.mp4,train,a,\n',
    });
    const dataset = await open();
    expect(dataset.examples.map(({ id, split, group }) => [id, split, group])).toEqual([
      ['test/fake/b-dub.mp4', 'test', 'b'],
      ['test/real/b-1.mp4', 'test', undefined],
      ['train/real/a-1.mp4', 'train', 'a'],
    ]);
    expect(annotationOf(dataset.examples[0]!, 'truth')!.method).toBe('dub');
    await writeFiles(folder, empty(['real/c.mp4']));
    await expect(open()).rejects.toThrow(/clips outside them; put all into train, val or test, or none/);
  });

  test('a table may say in which seconds a clip is fake', async () => {
    await writeFiles(folder, {
      ...empty(['real/a.mp4', 'fake/b.mp4']),
      'clips.csv': 'path,person,method,fake_periods\nreal/a.mp4,a,,\nfake/b.mp4,b,frozen,1.5-2.25 4-6\n',
    });
    expect(annotationOf((await open()).examples[0]!, 'truth')!.fakes).toEqual([
      { start: 1.5, end: 2.25 },
      { start: 4, end: 6 },
    ]);
    await writeFiles(folder, { 'clips.csv': 'path,fake_periods\nfake/b.mp4,2-1\n' });
    await expect(open()).rejects.toThrow(/Row 2 of .* has the fake period "2-1"; write seconds such as 1.5-2.25/);
  });

  test('as in AVLips are numbered, and its separate sounds are no clips', async () => {
    await writeFiles(folder, empty(['0_real/0.mp4', '1_fake/0.mp4', 'wav/0_real/0.wav']));
    expect((await open()).examples.map(labelOf)).toEqual(['real', 'fake']);
  });

  test('a folder of videos alone is all real; for other recipes the folders are classes', async () => {
    await writeFiles(folder, empty(['1.mp4', '2.mp4', '3.mp4']));
    expect((await open()).examples.map(labelOf)).toEqual(['real', 'real', 'real']);
    await rm(folder, { recursive: true });
    await writeFiles(folder, empty(['real/1.mp4', 'fake/2.mp4']));
    expect((await open({ annotation: 'class' })).layout).toBe('folder');
    expect((await open({ annotation: 'class' })).classes).toEqual(['fake', 'real']);
  });

  test('other data is refused for a recipe that needs the truth', async () => {
    await writeFiles(folder, empty(['dog/1.mp4', 'cat/2.mp4']));
    await expect(open()).rejects.toThrow(
      /read as folder, has a class for each clip, and this recipe learns from clips that are real or fake; lay it out as fakeavceleb/,
    );
  });
});
