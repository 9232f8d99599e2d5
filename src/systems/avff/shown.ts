// What the full AVFF has to show: its training, and what it says of a clip.

import { sigmoid } from '../../infer/decision.ts';
import { clock, percent, shortValue } from '../../report/format.ts';
import type { CurvesShown, NumbersShown, Shown } from '../../report/shown.ts';
import type { CurvedEpoch } from '../../train/checkpoint.ts';
import type { ShownWindow } from '../system.ts';
import type { AvffAnswer, AvffResult } from './result.ts';

/** Lines over the epochs of each stage; epochs are counted from 1 in each. */
export function avffCurves(history: readonly CurvedEpoch[], kept: number | undefined): CurvesShown[] {
  const chart = (
    title: string,
    epochs: readonly CurvedEpoch[],
    values: Readonly<Record<string, (epoch: CurvedEpoch) => number | null | undefined>>,
    mark?: CurvesShown['mark'],
  ): CurvesShown => ({
    ...{ kind: 'curves', title, xLabel: 'epoch', yLabel: 'loss', mark },
    series: Object.entries(values)
      .map(([name, read]) => ({
        name,
        points: epochs.map((epoch) => ({ x: epoch.epoch, y: read(epoch) ?? Number.NaN })),
      }))
      .filter(({ points }) => points.some(({ y }) => Number.isFinite(y))),
  });
  const isOfDetect = ({ losses }: CurvedEpoch) => losses.clip !== undefined;
  const [first, second] = [history.filter((epoch) => !isOfDetect(epoch)), history.filter(isOfDetect)];
  const mark = kept === undefined ? undefined : { x: kept, label: 'kept' };
  const loss = (name: string) => (epoch: CurvedEpoch) => epoch.losses[name];
  return [
    chart('Stage 1: what each side rebuilds of the other', first, { picture: loss('video'), sound: loss('audio') }),
    chart('Stage 1: contrast of picture and sound', first, { contrast: loss('contrast') }),
    chart('Stage 1: critics', first, { generator: loss('generator'), critics: loss('wasserstein') }),
    chart(
      'Stage 2: loss of the detector',
      second,
      { training: loss('clip'), validation: ({ validation }) => validation?.loss },
      mark,
    ),
    {
      ...chart(
        'Stage 2: how well real clips and fakes are distinguished',
        second,
        {
          'right in training': ({ trainAccuracy }) => trainAccuracy,
          'area under ROC in validation': ({ validation }) => validation?.auc,
        },
        mark,
      ),
      yLabel: 'share',
      unit: 'percent' as const,
    },
  ].filter(({ series }) => series.length > 0);
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
