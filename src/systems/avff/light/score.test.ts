import { expect, test } from 'vitest';
import type { Row } from '../../../data/intake.ts';
import type { Ask } from '../../system.ts';
import { cells } from './features.ts';
import { bands } from './reading.ts';
import { scoreLight } from './score.ts';

type Clip = { readonly real: boolean; readonly score: number; readonly method?: string; readonly moments?: number };

/** Answers to the clips as they are, and to those that are tampered with, in batches of two. */
function answering(asTheyAre: readonly Clip[], tampered: readonly Clip[]): Ask {
  return async function* ask({ name }) {
    const isRecoded = name.endsWith(' recoded');
    const clips = name.startsWith('evaluate') ? asTheyAre : tampered;
    for (let start = 0; start < clips.length; start += 2) {
      const batch = clips.slice(start, start + 2);
      const rows = batch.map(
        ({ real, method }, index): Row => ({
          clips: [`${name} ${start + index}`],
          target: {
            ...{ real, ...(method !== undefined && { method }) },
            ...(name.startsWith('tampered') && { tampering: method ?? '' }),
          },
        }),
      );
      const [T, count] = [100, batch.length];
      const logit = Float32Array.from(batch, ({ score }) => score);
      const moments = Float32Array.from(batch, ({ moments = T }) => moments);
      // The sound is as loud as the picture moves in real clips, and the other way round in fakes.
      const motion = Float32Array.from({ length: count * T * cells }, (_, i) => Math.sin(Math.floor(i / cells)));
      const sound = Float32Array.from({ length: count * T * bands }, (_, i) => {
        const [clip, moment] = [Math.floor(i / bands / T), Math.floor(i / bands) % T];
        return Math.sin(clip * T + moment) * (batch[clip]!.real ? 1 : -1);
      });
      const marks = () => new Float32Array(count * T);
      // Three stretches of 3 s: both ends, and the middle; each says what the clip says.
      const stretches = Float32Array.from({ length: 3 * count }, (_, i) => batch[Math.floor(i / 3)]!.score);
      const curve = () => new Float32Array(41 * count);
      yield {
        rows,
        arrays: {
          motion,
          strongest: new Float32Array(count * T * 7),
          sound,
          stills: marks(),
          silents: marks(),
          fakes: marks().fill(1),
          recoded: new Float32Array(count).fill(Number(isRecoded)),
        },
        outputs: { logit, moments, stretches, v2a_curve: curve(), a2v_curve: curve() },
      };
    }
  };
}

const full = { extent: 'full', seed: 0 } as const;
const real = (score: number): Clip => ({ real: true, score });
const fake = (score: number, method: string): Clip => ({ real: false, score, method });

test('real clips alone are compared with the fakes that are acted out on them', async () => {
  const ask = answering([real(-2), real(1)], [fake(2, 'shifted-sound'), fake(0.5, 'reversed-picture')]);
  const { metrics, details, clips } = await scoreLight(ask, full);
  // Of the four pairs one is in the wrong order.
  expect(metrics).toMatchObject({ auc: 0.75, balancedAccuracy: 0.75 });
  expect(details).toMatchObject({
    fakes: 'acted out',
    methods: [
      { name: 'shifted-sound', auc: 1 },
      { name: 'reversed-picture', auc: 0.5 },
    ],
  });
  expect(clips.map(({ verdict }) => verdict)).toEqual(['agree', 'do not agree']);
  expect(details.baselines).toContainEqual({ name: 'envelope', auc: 1 });
  expect(details.baselines).toContainEqual({ name: 'stillness', auc: 0.5 });
  expect(details.recoded).toEqual(details.methods);
  expect(details.falseAlarms).toEqual({ asTheyAre: 0.5, recoded: 0.5 });
});

test('where the data has fakes, the numbers are theirs, and the acted-out kinds stand beside them', async () => {
  const ask = answering([real(-2), fake(-3, 'dubbed')], [fake(2, 'shifted-sound')]);
  const { metrics, details, telling } = await scoreLight(ask, full);
  expect(metrics.auc).toBe(0);
  expect(details).toMatchObject({ fakes: 'given', methods: [{ name: 'dubbed' }, { name: 'shifted-sound', auc: 1 }] });
  expect(telling[0]).toBe('evaluate 1');
});

test('a stretch that is found counts where it is true, and an alarm in a real clip is false', async () => {
  // Of the real clips one is an alarm, which the better fake outdoes and the worse does not.
  const ask = answering([real(-2), real(1)], [fake(2, 'shifted-sound'), fake(0.5, 'reversed-picture')]);
  const { details, shown } = await scoreLight(ask, full);
  // The whole of either fake is found: precision 1 at half the recall, then 2 of 3.
  expect(details.inTime).toContainEqual({ overlap: 0.95, averagePrecision: expect.closeTo(0.5 + 0.5 * (2 / 3), 6) });
  expect(shown.map(({ title }) => title)).toEqual([
    ...['Kinds of fakes', 'After a strong encoding', 'What costs nothing', 'Which seconds'],
  ]);
});

test('clips shorter than 3 s count for nothing, and without a longer real one there is a sentence', async () => {
  const short = { ...real(9), moments: 73 };
  const ask = answering([real(-1), short], [fake(1, 'shifted-sound')]);
  const { metrics, details, clips } = await scoreLight(ask, full);
  expect([metrics.auc, details.tooShort]).toEqual([1, 1]);
  expect(clips[1]).toEqual({ path: 'evaluate 1', truth: 'real', verdict: 'cannot tell' });
  await expect(scoreLight(answering([short], []), full)).rejects.toThrow(/None of the clips is a real one/);
  expect((await scoreLight(answering([short], []), { ...full, extent: 'epoch' })).metrics).toEqual({
    ...{ auc: null, loss: null, averagePrecision: null, balancedAccuracy: null },
    ...{ equalErrorRate: null, falseAlarmsAt95: null },
  });
});

test('twenty real validation clips move the threshold, fewer leave it', async () => {
  const reals = Array.from({ length: 20 }, (_, i) => real(2 + i / 20));
  const ask = (clips: readonly Clip[]) => answering(clips, [fake(4, 'shifted-sound')]);
  const { calibrate } = await scoreLight(ask(reals), { ...full, extent: 'epoch' });
  const trained = new Map([
    ['judge.weight', Float32Array.of(1, 1)],
    ['judge.bias', Float32Array.of(0)],
  ]);
  const [bias] = calibrate!(trained).get('judge.bias')!;
  // All real clips are below 3, the fake is at 4.
  expect(-bias!).toBeGreaterThan(2.95);
  expect(-bias!).toBeLessThanOrEqual(4);
  expect(trained.get('judge.bias')).toEqual(Float32Array.of(0));
  expect((await scoreLight(ask(reals.slice(1)), { ...full, extent: 'epoch' })).calibrate).toBeUndefined();
});
