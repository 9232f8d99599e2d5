// The detector of sound and picture that do not belong together, from real clips alone, by the commands.
import { cp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { duetHere, duetJson, newFolder, theOneSentence } from './duet.ts';
import { writeExchanged, writeTalkingClips } from './talking-clips.ts';

type Scored = {
  readonly auc: number;
  readonly methods: readonly { readonly name: string }[];
  readonly baselines: readonly { readonly name: string }[];
  readonly inTime: readonly { readonly overlap: number }[];
};

let folder: string;
let data: string;
let run: string;

beforeAll(async () => {
  folder = await newFolder('authentic');
  [data, run] = [join(folder, 'videos'), join(folder, 'run')];
  for (const [split, count] of Object.entries({ train: 10, val: 3, test: 4 }))
    await writeTalkingClips(join(data, split, 'real'), split, count);
  const trained = await duetJson<{ history: { losses: Record<string, number> }[]; best: { metrics: object } }>([
    ...['train', data, '--recipe', 'authentic', '--out', run, '--epochs', '12', '--batch', '5', '--threads', '1'],
  ]);
  // The predictors are found in closed form before the first epoch.
  expect(trained.history).toHaveLength(12);
  expect(trained.history.at(-1)!.losses.clip!).toBeLessThan(trained.history[0]!.losses.clip!);
  expect(trained.best.metrics).toMatchObject({ auc: expect.any(Number), loss: expect.any(Number) });
});

test('is tested on fakes that are acted out on real clips', async () => {
  const predictions = join(folder, 'predictions.jsonl');
  const report = join(folder, 'report.html');
  const scored = await duetJson<Scored>([
    ...['evaluate', run, data, '--predictions', predictions, '--report', report, '--threads', '1'],
  ]);
  expect(scored.auc).toBeGreaterThan(0.9);
  expect(scored).toMatchObject({ system: 'avff-light', clips: 4, fakes: 'acted out', tooShort: 0 });
  expect(scored.methods.map(({ name }) => name).toSorted()).toEqual([
    ...['exchanged-sound', 'frozen-picture', 'replaced-picture', 'retimed-picture', 'retimed-sound'],
    ...['reversed-picture', 'shifted-sound'],
  ]);
  expect(scored.baselines.map(({ name }) => name)).toContain('envelope');
  expect(scored.inTime.map(({ overlap }) => overlap)).toEqual([0.5, 0.75, 0.95]);
  const lines = (await readFile(predictions, 'utf8')).trimEnd().split('\n');
  expect(lines.map((line) => (JSON.parse(line) as { truth: string }).truth)).toEqual(Array(4).fill('real'));
  const page = await readFile(report, 'utf8');
  for (const text of [
    '4 test clips.',
    'Kinds of fakes',
    'Which seconds',
    'Loss of the detector',
    'Agreement where the sound is moved',
  ])
    expect(page).toContain(text);
});

test('says of a file whether picture and sound agree, and shows it over time', async () => {
  const clip = join(data, 'test', 'real', 'test-0.webm');
  const [result] = await duetJson<[object]>(['predict', run, clip, '--threads', '1']);
  expect(result).toMatchObject({
    ...{ path: clip, seconds: expect.closeTo(5, 0), verdict: 'agree' },
    ...{ margins: { v2a: expect.any(Number), a2v: expect.any(Number) }, offset: expect.any(Number) },
    timeline: expect.arrayContaining([{ time: 2.25, score: expect.any(Number), probability: expect.any(Number) }]),
  });
  const report = join(folder, 'clip.html');
  const { out } = await duetHere(['predict', run, clip, '--report', report, '--threads', '1']);
  expect(out).toMatch(/: picture and sound agree/);
  expect(out).toContain('faces that were drawn to follow the sound');
  expect(await readFile(report, 'utf8')).toContain('How probable it is that the three seconds');
  const short = await duetHere(['predict', run, clip, '--end', '2', '--threads', '1']);
  expect(short.out).toContain('cannot tell: the clip is shorter than 3 s');
});

test('says of a sound that is another person’s that it does not belong, and when', async () => {
  const file = join(folder, 'exchanged.webm');
  await writeExchanged(file);
  const { out } = await duetHere(['predict', run, file, '--threads', '1']);
  expect(out).toMatch(/: picture and sound do not agree, least of all at 0:0\d/);
  expect(out).toContain('neither alone, only their meeting');
});

test('keeps a threshold by real videos of somebody’s own, for the wanted rate of false alarms', async () => {
  const own = join(data, 'test', 'real');
  const clip = join(own, 'test-0.webm');
  const few = theOneSentence(await duetHere(['predict', run, '--calibrate', own, '--threads', '1']));
  expect(few).toContain('Calibration for 5 % false alarms needs 19 real clips that can be judged, and there are 4;');
  const calibrated = join(folder, 'calibrated');
  await cp(run, calibrated, { recursive: true });
  const rate = ['--calibrate', own, '--false-alarms', '25', '--threads', '1'];
  const { out } = await duetHere(['predict', calibrated, clip, ...rate]);
  expect(out).toMatch(/real clips that score as high +\d+\.\d %|cannot tell: the score lies/);
  // Also without being calibrated again: one of the four scores as high as itself, or more do.
  const [result] = await duetJson<[{ verdict: string; falseAlarms?: number }]>([
    ...['predict', calibrated, clip, '--threads', '1'],
  ]);
  if (result.verdict !== 'cannot tell') expect(result.falseAlarms).toBeGreaterThanOrEqual(2 / 5);
});

test('makes fakes of real videos as files, which it can be tested with, and goes on where it was interrupted', async () => {
  const made = join(folder, 'tampered');
  const kinds = ['--kinds', 'exchanged-sound,frozen-picture', '--undivided'];
  const command = ['data', 'tamper', join(data, 'test', 'real'), '--out', made, ...kinds];
  const first = await duetJson<{ clips: { path: string; fake_periods: [number, number][] }[]; kept: number }>(command);
  expect([first.clips.length, first.kept]).toEqual([12, 0]);
  const frozen = first.clips.find(({ path }) => path.includes('frozen'))!;
  expect(frozen.fake_periods[0]![1] - frozen.fake_periods[0]![0]).toBeCloseTo(4 / 3, 2);
  const bytes = await readFile(join(made, frozen.path));
  await rm(join(made, frozen.path));
  expect(await duetJson(command)).toMatchObject({ kept: 11 });
  expect((await readFile(join(made, frozen.path))).equals(bytes)).toBe(true);
  const other = theOneSentence(await duetHere([...command, '--seed', '1']));
  expect(other).toContain('made of other videos, or with another seed or other kinds; name another folder.');

  const scored = await duetJson<Scored & { fakes: string; container: { fact: string; isTelling: boolean }[] }>([
    ...['evaluate', run, made, '--threads', '1'],
  ]);
  expect(scored).toMatchObject({ clips: 12, fakes: 'given' });
  expect(
    scored.methods
      .map(({ name }) => name)
      .slice(0, 2)
      .toSorted(),
  ).toEqual(['exchanged-sound', 'frozen-picture']);
  expect(scored.auc).toBeGreaterThan(0.9);
  expect(scored.container.filter(({ isTelling }) => isTelling)).toEqual([]);
});

test('fakes alone cannot test it', async () => {
  const fakes = join(folder, 'fakes');
  await writeTalkingClips(join(fakes, 'fake'), 'fake', 1);
  const sentence = theOneSentence(await duetHere(['evaluate', run, fakes, '--threads', '1']));
  expect(sentence).toContain('None of the clips is a real one of at least 3 s');
});
