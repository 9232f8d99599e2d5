import { describe, expect, test } from 'vitest';
import { createRandom } from '../../../random.ts';
import { agreement, lags } from './agreement.ts';
import { cells, standardised } from './features.ts';
import { bands } from './reading.ts';
import { answerOf, lightResultSchema, resultOf, type WindowAnswer } from './result.ts';
import { calibrate } from './verdict.ts';

const noise = (name: string, length: number) => {
  const { normal } = createRandom('result', name);
  return Float32Array.from({ length }, normal);
};
const moments = 150;
const padded = (values: Float32Array, width: number) => {
  const result = new Float32Array(200 * width);
  result.set(values);
  return result;
};
const sound = standardised(noise('sound', moments * bands), bands);
const motion = standardised(noise('motion', moments * cells), cells);
const window = {
  ...{ start: 4, end: 10 },
  inputs: {
    present: padded(new Float32Array(moments).fill(1), 1),
    // The picture stands still for 0.6 s.
    ...{ stills: padded(new Float32Array(moments).fill(1, 10, 25), 1), silents: padded(new Float32Array(moments), 1) },
    recoded: Float32Array.of(0),
  },
};
const outputs = (v2a: Float32Array, a2v: Float32Array, logit: number) => ({
  ...{ logit: Float32Array.of(logit), stretches: new Float32Array(11).fill(logit) },
  ...{ v2a_curve: agreement(v2a, sound, bands), a2v_curve: agreement(a2v, motion, cells) },
});
const faithful = answerOf(outputs(sound, motion, -2), window);
const nonsense = answerOf(outputs(noise('x', sound.length), noise('y', motion.length), 2), window);

describe('windows', () => {
  test("stretches are reported on the clip's clock, and of the moments that are there", () => {
    expect(faithful.stretches[0]).toEqual({ start: 4, end: 7, score: -2 });
    expect(faithful.stretches.at(-1)).toEqual({ start: 7, end: 10, score: -2 });
    expect(faithful.stillStretches).toEqual([{ start: 4.4, end: 5 }]);
    expect([faithful.still, faithful.logit]).toEqual([expect.closeTo(0.1, 6), -2]);
  });
});

describe('clips', () => {
  test('that agree have an offset of zero, no periods at fault, and margins in both directions', () => {
    const result = resultOf([faithful]);
    expect(lightResultSchema.parse(result)).toEqual(result);
    expect(result).toMatchObject({ verdict: 'agree', offset: 0, periods: [], seconds: 6 });
    expect(Math.min(result.margins.v2a, result.margins.a2v)).toBeGreaterThan(0.5);
    expect(result.notChecked[0]).toMatch(/drawn/);
  });

  test('that do not agree say which side gives them away, and when', () => {
    const after = { ...nonsense, start: 10, end: 18, stretches: shifted(nonsense, 6), stillStretches: [] };
    const result = resultOf([faithful, after]);
    expect(result).toMatchObject({ verdict: 'do not agree', side: 'meeting' });
    expect(result.score).toBeCloseTo((-2 * 6 + 2 * 8) / 14, 6);
    expect(result.probability).toBeCloseTo(1 / (1 + Math.exp(-result.score)), 6);
    expect(result.periods).toEqual([
      { start: expect.closeTo(10, 0), end: 18, score: expect.closeTo(2, 6), side: 'meeting' },
    ]);
  });

  test('have a rate of false alarms where there is a calibration, and are doubtful near its threshold', () => {
    const calibration = calibrate(
      Array.from({ length: 99 }, (_, i) => ({ logit: i / 50 - 1 })),
      0.05,
    );
    expect(resultOf([nonsense], calibration)).toMatchObject({ verdict: 'do not agree', falseAlarms: 0.01 });
    const close = resultOf([{ ...nonsense, logit: 0.82 }], calibration);
    expect([close.verdict, close.reason, close.falseAlarms]).toEqual(['cannot tell', 'too close', undefined]);
  });

  test('say what they score after a strong encoding, and that it was looked at', () => {
    const recoded = { ...faithful, isRecoded: true, logit: 1 };
    const result = resultOf([faithful, recoded]);
    expect(result).toMatchObject({ verdict: 'cannot tell', reason: 'another encoding', score: -2, recodedScore: 1 });
    expect([result.seconds, result.timeline]).toEqual([6, resultOf([faithful]).timeline]);
    expect(result.notChecked.join()).not.toMatch(/another encoding/);
    expect(resultOf([faithful]).notChecked.join()).toMatch(/another encoding/);
    expect(resultOf([recoded])).toMatchObject({ verdict: 'do not agree', score: 1 });
  });

  test('shorter than 3 s are not judged', () => {
    const short = { ...faithful, start: 0, end: 2.5, stretches: [] };
    expect(resultOf([short])).toMatchObject({ verdict: 'cannot tell', reason: 'too short', timeline: [] });
  });
});

function shifted({ stretches }: WindowAnswer, by: number) {
  return stretches.map((stretch) => ({ ...stretch, start: stretch.start + by, end: stretch.end + by }));
}

test('curves have a value for every lag', () => {
  expect(faithful.curves.v2a).toHaveLength(lags.length);
});
