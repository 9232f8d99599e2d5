// Events in time, from recordings with label tracks to events in new ones, by the commands.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { wav } from '../src/data/generated-clips.test-data.ts';
import { createRandom } from '../src/random.ts';
import { duetHere, duetJson, newFolder, small, theOneSentence } from './duet.ts';

const sampleRate = 8000;
const seconds = 8;
const pitches = { low: 300, high: 3000 };
const names = Object.keys(pitches) as (keyof typeof pitches)[];
type Found = {
  readonly seconds: number;
  readonly events: readonly { start: number; end: number; label: string; sense: string; score: number }[];
};

let folder: string;
let run: string;
const at = (name: string) => join(folder, name);

/** Faint noise in which a tone of one of the classes lasts for some seconds, with its label track. */
async function writeScene(place: string, index: number, nameOf: (label: keyof typeof pitches) => string = String) {
  const random = createRandom('scene', place, index);
  const label = names[index % 2]!;
  const start = 0.5 + random.uniform() * 3;
  const end = start + 2 + random.uniform() * 2;
  const samples = Float32Array.from({ length: seconds * sampleRate }, (_, i) => {
    const time = i / sampleRate;
    const tone = time >= start && time < end ? 0.3 * Math.sin(2 * Math.PI * pitches[label] * time) : 0;
    return tone + 0.003 * random.normal();
  });
  await mkdir(at(place), { recursive: true });
  const stem = at(`${place}/${index} heard`);
  await writeFile(`${stem}.wav`, wav(samples, sampleRate));
  await writeFile(`${stem}.txt`, `${start}\t${end}\t${nameOf(label)}\n`);
  return { path: `${stem}.wav`, start, end, label };
}

beforeAll(async () => {
  folder = await newFolder('events');
  run = at('run');
  for (let index = 0; index < 16; index++) await writeScene('data/train', index);
  for (let index = 0; index < 4; index++) await writeScene('data/test', index);
  const settings = ['--epochs', '16', '--lr', '4e-3', '--tempo', '0'];
  const trained = await duetJson<object>([
    ...['train', at('data'), '--recipe', 'events', '--out', run, ...settings, ...small],
  ]);
  expect(trained).toMatchObject({ system: 'uniav', outcome: 'finished', skipped: [] });
});

test('learns only what the data is annotated for, and knows its classes by their texts', async () => {
  expect(JSON.parse(await readFile(join(run, 'adapter_config.json'), 'utf8'))).toMatchObject({
    ...{ classes: ['high', 'low'], settings: { senses: ['heard'] } },
    text_encoder: { source: 'word-pieces', hash: expect.any(String) },
  });
});

test('is measured as people measure such events, class by class, with intervals', async () => {
  const evaluation = ['evaluate', run, at('data'), '--split', 'all', '--missing', 'zero', '--threads', '1'];
  const scored = await duetJson<{ precisionAtHalf: number; segmentF1: number }>(evaluation);
  expect(scored.precisionAtHalf).toBeGreaterThan(0.5);
  expect(scored.segmentF1).toBeGreaterThan(0.1);
  const interval = { low: expect.any(Number), high: expect.any(Number) };
  expect(scored).toMatchObject({
    senses: {
      heard: {
        ...{ precisionAtHalfInterval: interval, psdsTimes: expect.any(Number), psdsClasses: expect.any(Number) },
        classes: [{ label: 'high' }, { label: 'low', precisionAtHalfInterval: interval }],
      },
    },
  });
  const report = at('evaluation.html');
  const { out } = await duetHere([...evaluation, '--report', report]);
  const page = await readFile(report, 'utf8');
  for (const text of ['mAP at temporal IoU 0.5', 'PSDS 2, right classes', 'AP at 0.5', 'F1 of seconds']) {
    expect(out).toContain(text);
    expect(page).toContain(text);
  }
});

test('finds the event of a new recording, and writes it for other tools', async () => {
  const truth = await writeScene('new', 1);
  const forms = ['--audacity', '--vtt', '--csv', '--tsv'].flatMap((flag) => [flag, at(`found.${flag.slice(2)}`)]);
  const prediction = ['predict', run, truth.path, '--missing', 'zero', '--threads', '1'];
  const [result] = await duetJson<[Found]>([...prediction, ...forms]);
  expect(result.seconds).toBe(seconds);
  const [found] = result.events.toSorted((a, b) => b.score - a.score);
  expect(found).toMatchObject({ label: truth.label, sense: 'heard' });
  const shared = Math.min(found!.end, truth.end) - Math.max(found!.start, truth.start);
  const either = Math.max(found!.end, truth.end) - Math.min(found!.start, truth.start);
  expect(shared / either).toBeGreaterThan(0.5);
  const written = (form: string) => readFile(at(`found.${form}`), 'utf8');
  expect(await written('audacity')).toMatch(/^\d+\.\d{6}\t\d+\.\d{6}\tlow|high\n/);
  expect(await written('vtt')).toMatch(/^WEBVTT\n\n00:00:0\d\.\d{3} --> /);
  expect(await written('csv')).toContain(`path,start,end,label,score\n${truth.path},`);
  expect(await written('tsv')).toContain('filename\tonset\toffset\tevent_label\n');
  const page = at('found.html');
  const { code } = await duetHere([...prediction, '--report', page, '--truth', truth.path.replace(/wav$/, 'txt')]);
  expect(code).toBe(0);
  const text = await readFile(page, 'utf8');
  // Its spectrogram over the tracks.
  expect(text).toMatch(/<svg[^>]*chart wide[\s\S]*<image href="data:image\//);
  expect(text).toContain(`true, heard: ${truth.label}`);
});

test('is asked for names that it was never trained on', async () => {
  const asked = ['--prompt', 'very high', '--prompt', 'a car'];
  const { path } = await writeScene('new', 1);
  const [result] = await duetJson<[Found]>([
    ...['predict', run, path, ...asked, '--missing', 'zero', '--threads', '1'],
  ]);
  expect(new Set(result.events.map(({ label }) => label))).toEqual(new Set(['very high']));
  for (let index = 0; index < 4; index++)
    await writeScene('renamed/test', index, (label) => (label === 'high' ? 'higher' : 'lower'));
  const scored = await duetJson<{ precisionAtHalf: number; senses: { heard: { classes: { label: string }[] } } }>([
    ...['evaluate', run, at('renamed'), '--split', 'all', '--by-names', '--missing', 'zero', '--threads', '1'],
  ]);
  expect(scored.senses.heard.classes.map(({ label }) => label)).toEqual(['higher', 'lower']);
  expect(scored.precisionAtHalf).toBeGreaterThan(0.5);
});

test('says in one sentence what is wrong with what it is given', async () => {
  const { path } = await writeScene('new', 1);
  const predict = async (...given: string[]) =>
    theOneSentence(await duetHere(['predict', run, ...given, '--missing', 'zero', '--threads', '1', '-q']));
  expect(await predict(path, '--prompt', ' ')).toContain('The prompt is empty');
  expect(await predict(path, '--prompt', 'a'.repeat(10_000))).toContain('has 10000 characters; use at most 1000');
  expect(await predict(path, path, '--audacity', at('two.txt'))).toContain('has one timeline, and these are 2 clips');
  await writeFile(at('empty.wav'), '');
  expect(await predict(at('empty.wav'))).toContain('empty.wav');
  const config = join(run, 'adapter_config.json');
  const text = await readFile(config, 'utf8');
  await writeFile(config, text.replace(/"hash": "[^"]*"/, '"hash": "0000000000000000"'));
  expect(await predict(path, '--prompt', 'a bird')).toContain("was made with the text encoder 'word-pieces'");
  await writeFile(config, text);
});
