import { describe, expect, test } from 'vitest';
import { detectionScores, type JudgedClip, scoresByMethod, temporalScores, thresholdOf } from './score.ts';

const clip = (id: string, real: boolean, score: number, method?: string): JudgedClip => ({ id, real, score, method });
const clips = [
  clip('r1', true, 0.1),
  clip('r2', true, 0.2),
  clip('r3', true, 0.6),
  clip('f1', false, 0.9, 'shift'),
  clip('f2', false, 0.8, 'shift'),
  clip('f3', false, 0.15, 'dubbed'),
];

describe('scores', () => {
  test('a kind of fake is scored against all real clips', () => {
    const byMethod = scoresByMethod(clips, 0.5);
    expect([...byMethod.keys()]).toEqual(['shift', 'dubbed']);
    expect(byMethod.get('shift')!.auc).toBe(1);
    expect(byMethod.get('dubbed')!.auc).toBeCloseTo(1 / 3, 12);
    expect(detectionScores(clips, 0.5).auc).toBeCloseTo(7 / 9, 12);
  });

  test('balanced accuracy is at the threshold of other clips, not at the best one', () => {
    const threshold = thresholdOf([clip('a', true, 0.2), clip('b', false, 0.4)]);
    expect(threshold).toBeCloseTo(0.3, 12);
    // Two of three fakes and two of three real clips are on the right side.
    expect(detectionScores(clips, threshold).balancedAccuracy).toBeCloseTo(2 / 3, 12);
  });

  test('clips of one side alone have no area under a curve', () => {
    expect(detectionScores(clips.slice(0, 3), 0.5).auc).toBeNaN();
  });
});

describe('scores in time', () => {
  test('periods count where they are known, and alarms in real clips are false', () => {
    const fake = { ...clip('f', false, 1), fakes: [{ start: 1, end: 3 }], found: [{ start: 1, end: 3, score: 0.8 }] };
    const alarm = { ...clip('r', true, 0), found: [{ start: 0, end: 1, score: 0.9 }] };
    const unknown = { ...clip('u', false, 1), found: [{ start: 0, end: 1, score: 1 }] };
    expect(temporalScores([fake, alarm, unknown])).toEqual(
      [0.5, 0.75, 0.95].map((overlap) => ({ overlap, averagePrecision: 0.5 })),
    );
    expect(temporalScores(clips)).toBeUndefined();
  });
});
