// The light detector scored: on the fakes that the data has, and on fakes that are acted out on its real clips.
import type { Pass } from '../../../data/intake.ts';
import { DuetError } from '../../../errors.ts';
import { answeredRows } from '../../../infer/answered-rows.ts';
import { areaUnderCurve } from '../../../metrics/detection.ts';
import type { ParameterValues } from '../../../model/parameters.ts';
import type { Metric } from '../../../train/metric.ts';
import type { Ask, Scored, ScoreOptions } from '../../system.ts';
import {
  balancedLoss,
  detectionMetrics,
  detectionScores,
  finite,
  type JudgedClip,
  leastRealClips,
  nullable,
  scoresByMethod,
  temporalScores,
  thresholdOf,
} from '../score.ts';
import { type BaselineName, baselineNames, baselineScores } from './baseline.ts';
import { cells, ranks } from './features.ts';
import type { LightTarget } from './intake.ts';
import { courseOf, probeScores } from './probe.ts';
import { bands, framesPerSecond } from './reading.ts';
import { scoreSections } from './score-sections.ts';
import { periodsAtFault, runsOf, scoredStretches, timelineOf } from './timeline.ts';
import { shortestSeconds, type Verdict } from './verdict.ts';

/** The loss chooses the epoch: where clips are few, the area is at its best by chance before anything is learnt. */
export const lightMetrics: readonly Metric[] = [
  { name: 'loss', title: 'Loss', unit: 'number', better: 'lower' },
  ...detectionMetrics,
];

/** A clip as the model answers for it, or too short, with a score that means nothing. */
type Answer = JudgedClip & {
  readonly isLongEnough: boolean;
  readonly isRecoded: boolean;
  /** What costs nothing says of it. */
  readonly baselines: Readonly<Record<BaselineName, number>>;
  /** The recording that it was, or that it was made of, and how each of its sides runs. */
  readonly recording: string;
  readonly courses: { readonly picture: readonly number[]; readonly sound: readonly number[] };
};

/**
 * `epoch`: on all fakes together, as they are and after a strong encoding, at the threshold that is best on these clips
 * where there are enough, which `calibrate` makes 0. `full`: on the fakes of the data, where it has any, else on the acted-out ones, at the threshold 0.
 * @throws DuetError for `full` where no real clip is long enough to be judged.
 */
export async function scoreLight(
  ask: Ask,
  { extent, seed, recode = true }: ScoreOptions & { readonly recode?: boolean },
): Promise<Scored> {
  const answersIn = (name: string) => answersTo(ask, { name, seed, epoch: 0 });
  const isJudged = ({ isLongEnough }: Answer) => isLongEnough;
  const answers = await answersIn('evaluate');
  const asTheyAre = answers.filter(isJudged);
  const all = [...asTheyAre, ...(await answersIn('tampered')).filter(isJudged)];
  const afterEncoding = recode ? ['evaluate recoded', 'tampered recoded'] : [];
  const recoded: Answer[] = [];
  for (const name of afterEncoding)
    recoded.push(...(await answersIn(name)).filter((answer) => isJudged(answer) && answer.isRecoded));
  if (extent === 'full' && !asTheyAre.some(({ real }) => real))
    throw new DuetError(
      `None of the clips is a real one of at least ${shortestSeconds} s, and without such nobody can say how often one is taken for a fake; give real clips too.`,
    );
  const hasFakes = asTheyAre.some(({ real }) => !real);
  const measured = extent === 'epoch' ? [...all, ...recoded] : hasFakes ? asTheyAre : all;
  const isCalibrated = extent === 'epoch' && asTheyAre.filter(({ real }) => real).length >= leastRealClips;
  const threshold = isCalibrated ? thresholdOf(measured) : 0;
  const methods = [...scoresByMethod(all, threshold)].map(([name, scores]) => ({ name, scores: nullable(scores) }));
  const recodedScores = new Map(recoded.map(({ id, score }) => [id, score]));
  const recodedMethods = [...scoresByMethod(recoded, threshold)].map(([name, scores]) => ({
    name,
    scores: nullable(scores),
  }));
  const probes = (['picture', 'sound'] as const).map((side) => ({
    name: `${side}Probe` as const,
    auc: extent === 'full' ? finite(probeArea(measured, side)) : null,
  }));
  const baselines = [
    ...baselineNames.map((name) => ({ name, auc: finite(areaOf(measured, name)) })),
    ...(extent === 'full' ? probes : []),
  ];
  const inTime = temporalScores(measured) ?? [];
  return {
    metrics: nullable({ ...detectionScores(measured, threshold), loss: balancedLoss(measured) }),
    details: {
      fakes: hasFakes ? 'given' : 'acted out',
      methods: methods.map(({ name, scores }) => ({ name, ...scores })),
      recoded: recodedMethods.map(({ name, scores }) => ({ name, ...scores })),
      falseAlarms: { asTheyAre: falseAlarmShare(asTheyAre), recoded: falseAlarmShare(recoded) },
      baselines,
      inTime: inTime.map(({ overlap, averagePrecision }) => ({ overlap, averagePrecision: finite(averagePrecision) })),
      tooShort: answers.length - asTheyAre.length,
    },
    clips: answers.map((clip) => ({
      path: clip.id,
      truth: clip.real ? 'real' : 'fake',
      ...(clip.method !== undefined && { method: clip.method }),
      ...(clip.isLongEnough && { score: clip.score }),
      ...(recodedScores.has(clip.id) && { recodedScore: recodedScores.get(clip.id)! }),
      verdict: verdictOf(clip),
    })),
    shown: scoreSections({ methods, recodedMethods, baselines, inTime, hasFakes }),
    telling: tellingClips(asTheyAre),
    ...(isCalibrated && { calibrate: (folded) => withThreshold(folded, threshold) }),
  };
}

async function answersTo(ask: Ask, pass: Pass): Promise<Answer[]> {
  const answers: Answer[] = [];
  for await (const { row, arrays, outputs } of answeredRows(ask(pass))) {
    const { real, method, tampering, fakes } = row.target as unknown as LightTarget;
    const moments = outputs.moments![0]!;
    const marks = (name: string, ofMoment = 1) => (arrays[name] as Float32Array).subarray(0, moments * ofMoment);
    const stretches = scoredStretches(outputs.stretches!, moments, 0);
    const timeline = timelineOf(stretches, moments / framesPerSecond);
    answers.push({
      ...{ id: [row.clips[0]!, ...(tampering === undefined ? [] : [tampering])].join(', '), real, method },
      score: outputs.logit![0]!,
      isLongEnough: moments >= shortestSeconds * framesPerSecond - 1,
      isRecoded: (arrays.recoded as Float32Array)[0] === 1,
      recording: row.clips[0]!,
      courses: {
        picture: [...courseOf(marks('strongest', ranks.length), ranks.length), mean(marks('stills'))],
        sound: [...courseOf(marks('sound', bands), bands), mean(marks('silents'))],
      },
      fakes: tampering === undefined && fakes === undefined ? undefined : runsOf(marks('fakes'), 0, 0),
      found: periodsAtFault(timeline, runsOf(marks('stills'), 0), 0),
      baselines: baselineScores({
        ...{ moments, motion: marks('motion', cells), sound: marks('sound', bands) },
        ...{ stills: marks('stills'), silents: marks('silents') },
        curves: { v2a: outputs.v2a_curve!, a2v: outputs.a2v_curve! },
      }),
    });
  }
  return answers;
}

/** Of real clips, those that score above 0; null where there are none. */
function falseAlarmShare(clips: readonly JudgedClip[]): number | null {
  const scores = clips.filter(({ real }) => real).map(({ score }) => score);
  return finite(scores.filter((score) => score > 0).length / scores.length);
}

function areaOf(clips: readonly Answer[], name: BaselineName): number {
  const scores = (real: boolean) => clips.filter((clip) => clip.real === real).map(({ baselines }) => baselines[name]);
  return areaUnderCurve(scores(false), scores(true));
}

/** How well a probe on one side alone tells fakes, always on recordings that it has not learned from. */
function probeArea(clips: readonly Answer[], side: 'picture' | 'sound'): number {
  const scores = probeScores(clips.map(({ real, recording, courses }) => ({ real, recording, values: courses[side] })));
  const of = (real: boolean) => scores.filter((_, place) => clips[place]!.real === real);
  return areaUnderCurve(of(false), of(true));
}

function mean(values: Float32Array): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}

/** The same judge, whose scores are above 0 where they were above the threshold. */
function withThreshold(folded: ParameterValues, threshold: number): ParameterValues {
  const bias = folded.get('judge.bias')!.map((value) => value - threshold);
  return new Map([...folded, ['judge.bias', bias]]);
}

function verdictOf({ isLongEnough, score }: Answer): Verdict['kind'] {
  if (!isLongEnough) return 'cannot tell';
  return score > 0 ? 'do not agree' : 'agree';
}

const clipsShown = 6;

/** Those that are taken for the other first. */
function tellingClips(clips: readonly Answer[]): string[] {
  const rightness = ({ real, score }: Answer) => (real ? -score : score);
  return [...clips]
    .sort((a, b) => rightness(a) - rightness(b))
    .slice(0, clipsShown)
    .map(({ id }) => id);
}
