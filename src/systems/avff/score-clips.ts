// The full AVFF scored: each clip by its middle window.
import { DuetError } from '../../errors.ts';
import { answeredRows } from '../../infer/answered-rows.ts';
import type { ParameterValues } from '../../model/parameters.ts';
import { percent } from '../../report/format.ts';
import type { Column, ShownSection } from '../../report/shown.ts';
import type { Metric } from '../../train/metric.ts';
import type { Ask, Scored, ScoreOptions } from '../system.ts';
import type { AvffTarget } from './intake.ts';
import { avffAnswer, periodsOf } from './result.ts';
import {
  balancedLoss,
  type DetectionScores,
  detectionMetrics,
  detectionScores,
  finite,
  type JudgedClip,
  leastRealClips,
  nullable,
  scoresByMethod,
  temporalScores,
  thresholdOf,
} from './score.ts';

const [auc, ...others] = detectionMetrics;

/** Where clips are few, many epochs have the same AUC; of these the loss chooses the one that is surest. */
export const avffMetrics: readonly Metric[] = [
  auc,
  { name: 'loss', title: 'Loss', unit: 'number', better: 'lower' },
  ...others,
];

/**
 * @param seconds of a window.
 * @param shift the trained parameters after which the threshold is 0.
 * @throws DuetError for `full` where the clips are all real or all fake.
 */
export async function scoreAvff(
  ask: Ask,
  { extent, seed }: ScoreOptions,
  seconds: number,
  shift: (folded: ParameterValues, threshold: number) => ParameterValues,
): Promise<Scored> {
  const clips: JudgedClip[] = [];
  for await (const { row, arrays, outputs } of answeredRows(ask({ name: 'evaluate', seed, epoch: 0 }))) {
    const { real, method, fakes } = row.target as unknown as AvffTarget;
    const start = Number(arrays.start![0]);
    const window = { start, end: start + seconds };
    clips.push({
      ...{ id: row.clips[0]!, real, method, score: outputs.logit![0]! },
      fakes: real ? [] : fakes && within(fakes, window),
      found: periodsOf(avffAnswer(outputs, window, seconds).parts),
    });
  }
  const kinds = new Set(clips.map(({ real }) => real));
  if (extent === 'full' && kinds.size < 2)
    throw new DuetError(
      `All clips are ${clips[0]?.real ? 'real' : 'fake'}, and without both nobody can say how well they are distinguished; give clips of the other kind too.`,
    );
  const isCalibrated =
    extent === 'epoch' && kinds.size === 2 && clips.filter(({ real }) => real).length >= leastRealClips;
  const threshold = isCalibrated ? thresholdOf(clips) : 0;
  const methods = [...scoresByMethod(clips, threshold)];
  const inTime = temporalScores(clips) ?? [];
  return {
    metrics: { ...nullable(detectionScores(clips, threshold)), loss: finite(balancedLoss(clips)) },
    details: {
      methods: methods.map(([name, scores]) => ({ name, ...nullable(scores) })),
      inTime: inTime.map(({ overlap, averagePrecision }) => ({ overlap, averagePrecision: finite(averagePrecision) })),
    },
    clips: clips.map(({ id, real, method, score }) => ({
      ...{ path: id, truth: real ? 'real' : 'fake', ...(method !== undefined && { method }) },
      ...{ score, verdict: score > threshold ? 'fake' : 'real' },
    })),
    shown: sections(methods, inTime),
    telling: telling(clips, threshold),
    ...(isCalibrated && { calibrate: (folded) => shift(folded, threshold) }),
  };
}

function within(
  fakes: readonly { readonly start: number; readonly end: number }[],
  window: { readonly start: number; readonly end: number },
) {
  return fakes
    .map(({ start, end }) => ({ start: Math.max(start, window.start), end: Math.min(end, window.end) }))
    .filter(({ start, end }) => end > start);
}

const clipsShown = 6;

/** Those that are judged wrongly, the surest first, then the surest of the others. */
function telling(clips: readonly JudgedClip[], threshold: number): string[] {
  const isWrong = ({ real, score }: JudgedClip) => score > threshold === real;
  const surestFirst = [...clips].sort((a, b) => Math.abs(b.score - threshold) - Math.abs(a.score - threshold));
  return [...surestFirst.filter(isWrong), ...surestFirst.filter((clip) => !isWrong(clip))]
    .slice(0, clipsShown)
    .map(({ id }) => id);
}

const text = (name: string): Column => ({ name, kind: 'text' });
const shareText = (value: number) => percent(value);

function sections(
  methods: readonly (readonly [string, DetectionScores])[],
  inTime: readonly { readonly overlap: number; readonly averagePrecision: number }[],
): ShownSection[] {
  return [
    {
      ...{ id: 'methods', title: 'Kinds of fakes', forTerminal: true },
      shown:
        methods.length === 0
          ? []
          : [
              {
                kind: 'table',
                note: 'Each kind against all real clips.',
                columns: [text('kind'), ...detectionMetrics.map(({ title }) => text(title.toLowerCase()))],
                rows: methods.map(([name, scores]) => [
                  name,
                  ...detectionMetrics.map((metric) => shareText(scores[metric.name])),
                ]),
              },
            ],
    },
    {
      ...{ id: 'in-time', title: 'Which seconds', forTerminal: true },
      shown:
        inTime.length === 0
          ? []
          : [
              {
                kind: 'table',
                note: 'Found against true stretches within the middle window of each clip.',
                columns: [text('temporal overlap (IoU)'), text('average precision')],
                rows: inTime.map(({ overlap, averagePrecision }) => [String(overlap), shareText(averagePrecision)]),
              },
            ],
    },
  ];
}
