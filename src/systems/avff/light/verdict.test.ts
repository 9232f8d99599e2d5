import { describe, expect, test } from 'vitest';
import { createRandom } from '../../../random.ts';
import { calibrate, decide, falseAlarmRate } from './verdict.ts';

const evidence = { seconds: 5, logit: 0, still: 0, silent: 0 };
const scores = (logits: readonly number[]) => logits.map((logit) => ({ logit }));
const hundred = calibrate(scores(Array.from({ length: 99 }, (_, i) => i)), 0.05);

describe('calibration', () => {
  test('of new real clips, the wanted share is called fake', () => {
    const { normal } = createRandom('calibration');
    let alarms = 0;
    const rounds = 2000;
    for (let round = 0; round < rounds; round++) {
      const calibration = calibrate(scores(Array.from({ length: 39 }, normal)), 0.05);
      if (decide({ ...evidence, logit: normal() }, calibration).kind === 'do not agree') alarms++;
    }
    // Three deviations of 2000 draws with a share of 0.05.
    expect(Math.abs(alarms / rounds - 0.05)).toBeLessThan(0.015);
  });

  test('the mean of both scores is what is ranked', () => {
    const both = calibrate(
      Array.from({ length: 99 }, (_, i) => ({ logit: i, recoded: i + 50 })),
      0.05,
    );
    expect(both.real[0]).toBe(25);
    expect(decide({ ...evidence, logit: 119, recoded: 121 }, both)).toEqual({
      kind: 'do not agree',
      falseAlarms: 0.05,
    });
    expect(decide({ ...evidence, logit: 114, recoded: 116 }, both)).toEqual({
      kind: 'cannot tell',
      reason: 'too close',
    });
  });

  test('too few clips for a rate are refused in a sentence', () => {
    expect(() => calibrate(scores(Array(18).fill(0)), 0.05)).toThrow(
      'Calibration for 5 % false alarms needs 19 real clips that can be judged, and there are 18; give more, or allow a higher rate.',
    );
    expect(calibrate(scores(Array(19).fill(0)), 0.05).real).toHaveLength(19);
  });

  test('a score above all real ones has the least rate that so many clips can show', () => {
    expect(falseAlarmRate(100, hundred.real)).toBe(0.01);
    expect(falseAlarmRate(-1, hundred.real)).toBe(1);
  });
});

describe('verdicts', () => {
  test('without a calibration the sign of the logit decides, and no rate is stated', () => {
    expect(decide({ ...evidence, logit: 0.1 })).toEqual({ kind: 'do not agree' });
    expect(decide({ ...evidence, logit: -0.1 })).toEqual({ kind: 'agree' });
  });

  test('the rank among real clips decides, and near the threshold nothing does', () => {
    expect(decide({ ...evidence, logit: 95 }, hundred)).toEqual({ kind: 'do not agree', falseAlarms: 0.05 });
    expect(decide({ ...evidence, logit: 92 }, hundred)).toEqual({ kind: 'cannot tell', reason: 'too close' });
    expect(decide({ ...evidence, logit: 10 }, hundred)).toEqual({ kind: 'agree', falseAlarms: 0.9 });
  });

  test('where a strong encoding turns the verdict into its opposite, nothing is decided', () => {
    const doubt = { kind: 'cannot tell', reason: 'another encoding' };
    expect(decide({ ...evidence, logit: 1, recoded: -1 })).toEqual(doubt);
    expect(decide({ ...evidence, logit: -1, recoded: 1 })).toEqual(doubt);
    expect(decide({ ...evidence, logit: 1, recoded: 0.1 })).toEqual({ kind: 'do not agree' });
    expect(decide({ ...evidence, logit: 95, recoded: 10 }, hundred)).toEqual(doubt);
    expect(decide({ ...evidence, logit: 97, recoded: 93 }, hundred).kind).toBe('do not agree');
  });

  test.each([
    [{ seconds: 2.9 }, 'too short'],
    [{ still: 0.95 }, 'still picture'],
    [{ silent: 1 }, 'silence'],
  ])('%o cannot be decided, whatever the score', (part, reason) => {
    expect(decide({ ...evidence, logit: 200, ...part }, hundred)).toEqual({ kind: 'cannot tell', reason });
  });
});
