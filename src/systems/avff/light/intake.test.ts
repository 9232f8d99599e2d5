import { describe, expect, test } from 'vitest';
import type { Annotation } from '../../../data/annotation.ts';
import type { Example } from '../../../data/dataset.ts';
import { fakeMedia } from '../../../data/fake-media.test-data.ts';
import type { Pass, Reading, StoredReading } from '../../../data/intake.ts';
import { tamperingKinds } from '../../../data/tampering.ts';
import { cells } from './features.ts';
import { type LightTarget, lightIntake } from './intake.ts';

const settings = { moments: 100, folds: 3, recode: true, trimSilence: false };
const intake = lightIntake(settings);
const clip = (id: string, group: string, truth: Omit<Extract<Annotation, { kind: 'truth' }>, 'kind'>): Example => ({
  ...{ id, group, split: 'train', media: { kind: 'video', path: id } },
  annotations: [{ kind: 'truth', ...truth }],
});
const examples = [
  clip('a1', 'ann', { real: true }),
  clip('a2', 'ann', { real: true }),
  clip('b1', 'bob', { real: true }),
  clip('f1', 'bob', { real: false, method: 'wav2lip' }),
];
const train: Pass = { name: 'train', seed: 1, epoch: 0 };
const targetOf = ({ target }: { readonly target: unknown }) => target as LightTarget;

function stored({ arrays }: Reading): StoredReading {
  return { names: Object.keys(arrays), get: async (name) => arrays[name]!, close: async () => undefined };
}
const reading = stored(await intake.read(fakeMedia(16_000, 5)));
const open = async () => reading;

describe('plans', () => {
  const told = (pass: Pass) =>
    intake.plan(examples, pass).map((row) => [row.clips[0], targetOf(row).real, targetOf(row).tampering]);

  test('the detector learns from given fakes, and from each real clip as it is and tampered with by turns', () => {
    const [even, odd] = [told(train), told({ ...train, epoch: 1 })];
    expect(even.toSorted()).toEqual([
      ['a1', true, undefined],
      ['a2', false, 'drawn'],
      ['b1', true, undefined],
      ['f1', false, undefined],
    ]);
    expect(odd.toSorted()).toEqual([
      ['a1', false, 'drawn'],
      ['a2', true, undefined],
      ['b1', false, 'drawn'],
      ['f1', false, undefined],
    ]);
    expect(told(train)).toEqual(even);
  });

  test('the predictors learn from real clips as they are, in an order of each epoch', () => {
    const rows = told({ ...train, name: 'reconstruct' });
    expect(rows.toSorted()).toEqual(['a1', 'a2', 'b1'].map((id) => [id, true, undefined]));
    const orders = [0, 1, 2, 3].map((epoch) => JSON.stringify(told({ ...train, name: 'reconstruct', epoch })));
    expect(new Set(orders).size).toBeGreaterThan(1);
  });

  test('a tampered clip takes what it needs from another person', () => {
    const rows = [0, 1, 2, 3].flatMap((epoch) => intake.plan(examples, { ...train, epoch }));
    const others = rows.filter((row) => row.clips[0] === 'b1' && row.clips.length > 1).map((row) => row.clips[1]);
    expect(new Set(others)).toEqual(new Set(['a1', 'a2']));
  });

  test('clips of a person are of one fold, in every epoch', () => {
    const foldsOf = (person: string) =>
      [0, 1].flatMap((epoch) =>
        intake
          .plan(examples, { ...train, epoch })
          .flatMap((row) => (row.clips[0]!.startsWith(person) ? [targetOf(row).fold] : [])),
      );
    expect(new Set(foldsOf('a')).size).toBe(1);
  });

  test('evaluation sees clips as they are; tampered ones come once for each kind', () => {
    const asTheyAre = intake.plan(examples, { name: 'evaluate', seed: 0, epoch: 0 });
    expect(asTheyAre.map((row) => [row.clips, targetOf(row).method, targetOf(row).fold])).toEqual([
      [['a1'], undefined, undefined],
      [['a2'], undefined, undefined],
      [['b1'], undefined, undefined],
      [['f1'], 'wav2lip', undefined],
    ]);
    const tampered = intake.plan(examples, { name: 'tampered', seed: 0, epoch: 0 });
    expect(tampered.map((row) => targetOf(row).method)).toEqual([
      ...tamperingKinds,
      ...tamperingKinds,
      ...tamperingKinds,
    ]);
    const alone = intake.plan([examples[0]!], { name: 'tampered', seed: 0, epoch: 0 });
    expect(alone.map((row) => targetOf(row).method)).toEqual(tamperingKinds.filter((kind) => !/exch|repl/.test(kind)));
  });

  test('a clip that is neither real nor fake is refused in a sentence', () => {
    const other: Example = { ...examples[0]!, annotations: [{ kind: 'class', label: 'dog' }] };
    expect(() => intake.plan([other], train)).toThrow('The clip "a1" is said to be neither real nor fake');
  });
});

describe('rows', () => {
  const row = (target: LightTarget, clips = ['a1', 'b1'], pass = train) => intake.row({ clips, target }, open, pass);

  test('a clip of 5 s fills 100 moments in training, from a drawn start, under complementary masks', async () => {
    const made = await row({ real: true, fold: 1 });
    expect([made.motion!.length, made.sound!.length]).toEqual([100 * cells, 800]);
    expect([...made.present!]).toEqual(Array(100).fill(1));
    expect([...made.seen!].map((value, i) => Number(value) + Number(made.heard![i]!))).toEqual(Array(100).fill(1));
    expect(await row({ real: true, fold: 1 })).toEqual(made);
    const inEpoch = (epoch: number) => row({ real: true, fold: 1 }, ['a1', 'b1'], { ...train, epoch });
    const beginnings = (await Promise.all([1, 2, 3, 4].map(inEpoch))).map(({ sound }) => sound![0]);
    expect(new Set(beginnings).size).toBeGreaterThan(1);
  });

  test("predictors of the person's own fold do not learn from a real clip, and they alone judge it", async () => {
    const real = await row({ real: true, fold: 1 });
    expect([real.learns, real.judges, real.label, real.counted]).toEqual(
      [[1, 0, 1], [0, 1, 0], [0], [1]].map((values) => Float32Array.from(values)),
    );
    const fake = await row({ real: false, fold: 1, tampering: 'reversed-picture' });
    expect([fake.learns, fake.judges, fake.label]).toEqual(
      [[0, 0, 0], [0, 1, 0], [1]].map((values) => Float32Array.from(values)),
    );
    const unseen = await row({ real: true });
    expect([...unseen.judges!]).toEqual([1, 2, 3].map(() => expect.closeTo(1 / 3, 6)));
  });

  test('a quarter of the rows of training are seen after a strong encoding, where there is one', async () => {
    const inEpoch = (epoch: number) =>
      row({ real: true, fold: 1, recoded: 'drawn' }, ['a1', 'b1'], { ...train, epoch });
    const rows = await Promise.all(Array.from({ length: 40 }, (_, epoch) => inEpoch(epoch)));
    const share = rows.reduce((sum, { recoded }) => sum + Number(recoded![0]), 0) / 40;
    // Three deviations of 40 draws.
    expect(Math.abs(share - 0.25)).toBeLessThan(0.21);
    const without = { ...reading, names: ['frames', 'energies', 'begins'] };
    const made = await intake.row({ clips: ['a1'], target: { real: true, recoded: true } }, async () => without, train);
    expect(made.recoded).toEqual(Float32Array.of(0));
  });

  test('the same tampering is drawn before and after the encoding', () => {
    const plans = ['tampered', 'tampered recoded'].map((name) =>
      intake
        .plan(examples, { name, seed: 0, epoch: 0 })
        .map(({ clips, target }) => [clips, targetOf({ target }).method]),
    );
    expect(plans[0]).toEqual(plans[1]);
  });

  test('a clip shorter than 3 s takes no part', async () => {
    const short = stored(await intake.read(fakeMedia(16_000, 2)));
    const made = await intake.row({ clips: ['a1'], target: { real: true } }, async () => short, train);
    expect([made.counted, made.learns]).toEqual([Float32Array.of(0), Float32Array.of(0, 0, 0)]);
    expect([...made.present!.subarray(48, 51)]).toEqual([1, 0, 0]);
  });
});

test('windows of a long clip are stretches of a little over 4 s, the last of which ends with it', async () => {
  const windows = [];
  for await (const window of intake.windows(fakeMedia(16_000, 15), {})) windows.push(window);
  const told = windows.map(({ start, end, inputs }) => [start, end, inputs.recoded![0]]);
  const asTheyAre = told.filter(([, , recoded]) => recoded === 0).map(([start, end]) => [start, end]);
  expect(asTheyAre).toEqual([
    [0, 4.04],
    [4, 8.04],
    [8, 12.04],
    [expect.closeTo(10.96, 9), 15],
  ]);
  // Three are seen after a strong encoding too.
  expect(told.map(([, , recoded]) => recoded)).toEqual([0, 1, 0, 0, 1, 0, 1]);
  expect(Object.keys(windows[0]!.inputs).sort()).toEqual([
    ...['judges', 'motion', 'present', 'recoded', 'silents', 'sound', 'stills', 'strongest'],
  ]);
});
