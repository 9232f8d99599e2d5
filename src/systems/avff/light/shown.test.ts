import { expect, test } from 'vitest';
import { shownText } from '../../../report/shown-text.ts';
import type { LightResult } from './result.ts';
import { lightCurves, lightShown, lightSummary } from './shown.ts';

const agreeing: LightResult = {
  ...{ seconds: 10, verdict: 'agree', score: -1.5, probability: 0.18, offset: 0.02, margins: { v2a: 0.3, a2v: 0.2 } },
  timeline: [{ time: 0.25, score: -0.5, probability: 0.38 }],
  ...{ periods: [{ start: 4, end: 6.5, score: 0.1, side: 'meeting' }], notChecked: ['traces of editing'] },
};
const parted: LightResult = { ...agreeing, verdict: 'do not agree', score: 2, offset: 0.4, side: 'meeting' };

test('a clip that agrees has no seconds at fault, even where a stretch is doubtful', () => {
  const { headline, shown } = lightSummary(agreeing);
  expect(headline).toBe('picture and sound agree');
  expect(shownText(shown)).not.toMatch(/seconds that do not agree|gives it away/);
  expect(lightShown(agreeing, []).map(({ kind }) => kind)).toEqual(['numbers', 'curves']);
});

test('a clip that does not agree says when, by how much, and what gives it away', () => {
  const { headline, shown } = lightSummary(parted);
  expect(headline).toBe('picture and sound do not agree, least of all at 0:04.0 to 0:06.5');
  expect(shownText(shown)).toMatch(/with the sound 0.40 s earlier/);
  expect(shownText(shown)).toMatch(/neither alone, only their meeting/);
  expect(lightShown(parted, []).find(({ kind }) => kind === 'timeline')).toMatchObject({
    duration: 0.25,
    tracks: [{ events: [{ start: 4, end: 6.5, label: 'do not agree' }] }],
  });
});

test('what cannot be decided is reported with its reason, and a clip too short has no numbers', () => {
  const short: LightResult = { ...agreeing, seconds: 2, verdict: 'cannot tell', reason: 'too short', timeline: [] };
  const { headline, shown } = lightSummary(short);
  expect(headline).toBe('cannot tell: the clip is shorter than 3 s');
  expect(shown).toEqual([{ kind: 'numbers', rows: [['no proof; not checked', 'traces of editing']] }]);
});

test('each stage has curves of its own, and the kept epoch stands in those of the second', () => {
  const epoch = (losses: Record<string, number>, auc: number | null) => ({
    ...{ epoch: 1, losses, trainAccuracy: auc === null ? null : 0.7 },
    validation: auc === null ? null : { auc, loss: 0.6 },
  });
  const charts = lightCurves([epoch({ network: 2, v2a: 1, a2v: 1 }, null), epoch({ network: 0.6, clip: 0.6 }, 0.9)], 1);
  expect(charts.map(({ mark, series }) => [mark?.x, series.map(({ points }) => points)])).toEqual([
    [undefined, [[{ x: 1, y: 1 }], [{ x: 1, y: 1 }]]],
    [1, [[{ x: 1, y: 0.6 }], [{ x: 1, y: 0.6 }]]],
    [1, [[{ x: 1, y: 0.7 }], [{ x: 1, y: 0.9 }]]],
  ]);
});
