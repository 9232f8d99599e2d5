// What the full AVFF has to show: its training, and what it says of a clip.

import { sigmoid } from '../../infer/decision.ts';
import { clock, percent, shortValue } from '../../report/format.ts';
import type { CurvesShown, NumbersShown, Shown } from '../../report/shown.ts';
import type { CurvedEpoch } from '../../train/checkpoint.ts';
import { epochCharts } from '../../train/epoch-charts.ts';
import type { ShownWindow } from '../system.ts';
import { detectorLines, stagesOf } from './detector-curves.ts';
import type { AvffAnswer, AvffResult } from './result.ts';

/** Lines over the epochs of each stage; epochs are counted from 1 in each. */
export function avffCurves(history: readonly CurvedEpoch[], kept: number | undefined): CurvesShown[] {
  const [first, second] = stagesOf(history);
  const loss = (name: string) => (epoch: CurvedEpoch) => epoch.losses[name];
  return [
    ...epochCharts(first, undefined, [
      {
        ...{ title: 'Stage 1: what each side rebuilds of the other', yLabel: 'loss' },
        lines: { picture: loss('video'), sound: loss('audio') },
      },
      { title: 'Stage 1: contrast of picture and sound', yLabel: 'loss', lines: { contrast: loss('contrast') } },
      {
        ...{ title: 'Stage 1: critics', yLabel: 'loss' },
        lines: { generator: loss('generator'), critics: loss('wasserstein') },
      },
    ]),
    ...epochCharts(second, kept, [
      { title: 'Stage 2: loss of the detector', yLabel: 'loss', lines: detectorLines.loss },
      {
        ...{ title: 'Stage 2: how well real clips and fakes are distinguished', yLabel: 'share', unit: 'percent' },
        lines: detectorLines.quality,
      },
    ]),
  ];
}

/** The verdict in a line, and the numbers behind it. */
export function avffSummary(result: AvffResult): { readonly headline: string; readonly shown: readonly Shown[] } {
  const { verdict, probability, periods } = result;
  const seconds = verdict === 'fake' && periods.length > 0 ? `, most of all ${periodsText(periods)}` : '';
  return {
    headline: `${verdict}: ${percent(probability)} likely fake${seconds}`,
    shown: [numbersOf(result)],
  };
}

/** The numbers and the timeline of a clip, and a card for each window. */
export function avffShown(result: AvffResult, windows: readonly ShownWindow<AvffAnswer>[]): Shown[] {
  const cards = windows.map(
    ({ name, window: { frame, start, end }, answer, truth }): Shown => ({
      ...{ kind: 'card', title: name, verdict: { said: answer.logit > 0 ? 'fake' : 'real', truth } },
      shown: frame ? [{ kind: 'picture', picture: frame, caption: `Frame at ${shortValue((start + end) / 2)} s` }] : [],
    }),
  );
  return [...cards, numbersOf(result), ...overTime(result)];
}

function numbersOf({ probability, periods, notChecked }: AvffResult): NumbersShown {
  return {
    kind: 'numbers',
    rows: [
      ['probability of a fake', `${percent(probability)}, if half of all clips were`],
      ['seconds that look fake', periods.length === 0 ? 'none by themselves' : periodsText(periods)],
      ['no proof; not checked', notChecked.join('; ')],
    ],
  };
}

function periodsText(periods: AvffResult['periods']): string {
  return periods.map(({ start, end }) => `${clock(start, 1)} to ${clock(end, 1)}`).join(', ');
}

function overTime({ timeline, periods, seconds }: AvffResult): Shown[] {
  const events = periods.map(({ start, end, score }) => ({ start, end, score: sigmoid(score), label: 'fake' }));
  return [
    ...(events.length === 0
      ? []
      : [
          {
            kind: 'timeline',
            title: 'Seconds that look fake',
            duration: timeline.at(-1)?.end ?? seconds,
            tracks: [{ name: 'found', events }],
          } satisfies Shown,
        ]),
    {
      ...{ kind: 'curves', title: 'How probable it is that a part is fake' },
      ...{ xLabel: 'seconds', yLabel: 'probability', unit: 'percent' },
      series: [
        {
          name: 'probability',
          points: timeline.map(({ start, end, probability }) => ({ x: (start + end) / 2, y: probability })),
        },
      ],
    },
  ];
}
