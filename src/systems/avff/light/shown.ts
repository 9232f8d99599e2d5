// What the light detector has to show: its training, and what it says of a clip.

import type { Window } from '../../../data/intake.ts';
import { sigmoid } from '../../../infer/decision.ts';
import { clock, percent, shortValue } from '../../../report/format.ts';
import type { CardShown, CurvesShown, NumbersShown, Shown, TimelineShown } from '../../../report/shown.ts';
import type { CurvedEpoch } from '../../../train/checkpoint.ts';
import { epochCharts } from '../../../train/epoch-charts.ts';
import type { ShownWindow } from '../../system.ts';
import { detectorLines, stagesOf } from '../detector-curves.ts';
import { lags } from './agreement.ts';
import { cells } from './features.ts';
import { bandFrequencies, bands, framesPerSecond } from './reading.ts';
import type { LightResult, WindowAnswer } from './result.ts';

const reasons: Readonly<Record<NonNullable<LightResult['reason']>, string>> = {
  'too short': 'the clip is shorter than 3 s',
  'still picture': 'the picture stands still',
  silence: 'there is no sound',
  'too close': 'the score lies where real clips and fakes overlap',
  'another encoding': 'after a strong encoding the verdict would be the opposite',
};

const sides: Readonly<Record<NonNullable<LightResult['side']>, string>> = {
  picture: 'the picture, which stands still for a part of the clip',
  sound: 'the sound, which is silent for a part of the clip',
  meeting: 'neither alone, only their meeting',
};

/** Lines over the epochs of each stage; epochs are counted from 1 in each. */
export function lightCurves(history: readonly CurvedEpoch[], kept: number | undefined): CurvesShown[] {
  const [first, second] = stagesOf(history);
  return [
    ...epochCharts(first, undefined, [
      {
        ...{ title: 'Error of what each side predicts of the other', yLabel: 'mean square' },
        lines: { 'sound from picture': ({ losses }) => losses.v2a, 'picture from sound': ({ losses }) => losses.a2v },
      },
    ]),
    ...epochCharts(second, kept, [
      { title: 'Loss of the detector', yLabel: 'loss', lines: detectorLines.loss },
      { title: 'How well real clips and fakes are distinguished', yLabel: 'share', lines: detectorLines.quality },
    ]),
  ];
}

/** The verdict in a line, and the numbers behind it. */
export function lightSummary(result: LightResult): { readonly headline: string; readonly shown: readonly Shown[] } {
  return { headline: headlineOf(result), shown: [numbersOf(result)] };
}

/** The numbers and the timeline of a clip, and a card for each window. */
export function lightShown(result: LightResult, windows: readonly ShownWindow<WindowAnswer>[]): Shown[] {
  const asTheyAre = windows.filter(({ answer }) => !answer.isRecoded);
  return [...asTheyAre.map((window) => cardOf(window, result)), numbersOf(result), ...overTime(result)];
}

function headlineOf({ verdict, reason, periods }: LightResult): string {
  if (reason !== undefined) return `cannot tell: ${reasons[reason]}`;
  if (verdict !== 'do not agree' || periods.length === 0) return `picture and sound ${verdict}`;
  return `picture and sound ${verdict}, least of all at ${periodsText(periods)}`;
}

function periodsText(periods: LightResult['periods']): string {
  if (periods.length === 0) return 'none by itself';
  return periods.map(({ start, end }) => `${clock(start, 1)} to ${clock(end, 1)}`).join(', ');
}

function numbersOf(result: LightResult): NumbersShown {
  const { probability, offset, margins, side, reason, falseAlarms, periods, notChecked } = result;
  const isTogether = Math.abs(offset) < 1 / framesPerSecond;
  const moved = `${Math.abs(offset).toFixed(2)} s ${offset > 0 ? 'earlier' : 'later'}`;
  return {
    kind: 'numbers',
    rows: [
      ...(reason === 'too short'
        ? []
        : ([
            ['probability of tampering', `${percent(probability)}, if half of all clips were`],
            ['sound foretold by picture', shortValue(margins.v2a)],
            ['picture foretold by sound', shortValue(margins.a2v)],
          ] as const)),
      ...(falseAlarms === undefined
        ? []
        : [['real clips that score as high', `${(100 * falseAlarms).toFixed(1)} %`] as const]),
      ...(side === undefined
        ? []
        : ([
            ['what gives it away', sides[side]],
            ['picture and sound agree best', isTogether ? 'as they are' : `with the sound ${moved}`],
            ['seconds that do not agree', periodsText(periods)],
          ] as const)),
      ['no proof; not checked', notChecked.join('; ')],
    ],
  };
}

/** The seconds at fault as events, and the probability as a line. */
function overTime({ timeline, verdict, periods }: LightResult): (TimelineShown | CurvesShown)[] {
  const last = timeline.at(-1);
  if (!last) return [];
  const events = periods.map(({ start, end, score, side }) => ({
    ...{ start, end, score: sigmoid(score) },
    label: side === 'picture' ? 'still picture' : 'do not agree',
  }));
  const found: TimelineShown = {
    ...{ kind: 'timeline', title: 'Seconds that do not agree', duration: last.time },
    tracks: [{ name: 'found', events }],
  };
  const line: CurvesShown = {
    ...{ kind: 'curves', title: 'How probable it is that the three seconds around each moment do not belong together' },
    ...{ xLabel: 'seconds', yLabel: 'probability', unit: 'percent' },
    series: [{ name: 'probability', points: timeline.map(({ time, probability }) => ({ x: time, y: probability })) }],
  };
  return verdict === 'do not agree' && events.length > 0 ? [found, line] : [line];
}

function cardOf({ name, window, answer, truth }: ShownWindow<WindowAnswer>, result: LightResult): CardShown {
  const { frame, start, end } = window;
  const curve = (values: Float32Array) => lags.map((lag, place) => ({ x: lag / framesPerSecond, y: values[place]! }));
  return {
    kind: 'card',
    title: name,
    verdict: { said: result.verdict, truth },
    shown: [
      ...(frame === undefined
        ? []
        : [{ kind: 'picture', picture: frame, caption: `Frame at ${shortValue((start + end) / 2)} s` } as const]),
      ...streamsOf(window),
      {
        kind: 'curves',
        title: 'Agreement where the sound is moved',
        xLabel: 'seconds by which the sound is late',
        yLabel: 'correlation',
        series: [
          { name: 'sound foretold by picture', points: curve(answer.curves.v2a) },
          { name: 'picture foretold by sound', points: curve(answer.curves.a2v) },
        ],
      },
    ],
  };
}

/** The two streams that are compared, over the window. */
function streamsOf({ start, end, inputs }: Pick<Window, 'start' | 'end' | 'inputs'>): CardShown['shown'] {
  const present = (inputs.present as Float32Array).reduce((sum, value) => sum + value, 0);
  const sound = (inputs.sound as Float32Array).subarray(0, present * bands);
  const motion = (inputs.motion as Float32Array).subarray(0, present * cells);
  const meanMotion = Array.from({ length: present }, (_, moment) => ({
    x: start + (moment + 1) / framesPerSecond,
    y: motion.subarray(moment * cells, (moment + 1) * cells).reduce((sum, value) => sum + value, 0) / cells,
  }));
  return [
    {
      ...{ kind: 'spectrogram', values: sound, height: present, width: bands, axes: 'time-frequency' },
      ...{ seconds: end - start, frequency: bandFrequencies, caption: 'Sound in 8 bands' },
    },
    {
      ...{ kind: 'curves', title: 'How much the picture moves', xLabel: 'seconds', yLabel: 'deviations' },
      series: [{ name: 'motion', points: meanMotion }],
    },
  ];
}
