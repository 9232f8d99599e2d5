// The light detector scored: on the fakes that the data has, and on fakes that are acted out on its real clips.
import type { Pass } from '../../../data/intake.ts';
import { DuetError } from '../../../errors.ts';
import type { ParameterValues } from '../../../model/parameters.ts';
import { percent } from '../../../report/format.ts';
import type { ShownSection } from '../../../report/shown.ts';
import type { Metric, Metrics } from '../../../train/metric.ts';
import type { Ask, Scored, ScoreOptions } from '../../system.ts';
import { detectionMetrics, detectionScores, type JudgedClip, scoresByMethod, thresholdOf } from '../score.ts';
import type { LightTarget } from './intake.ts';
import { framesPerSecond } from './reading.ts';
import { shortestSeconds, type Verdict } from './verdict.ts';

const [auc, ...others] = detectionMetrics;

/** Where clips are few, many epochs have the same AUC; of these the loss chooses the one that is surest. */
export const lightMetrics: readonly Metric[] = [
  auc,
  { name: 'loss', title: 'Loss', unit: 'number', better: 'lower' },
  ...others,
];

type MethodScores = { readonly name: string; readonly scores: Metrics };

/** A clip as the model answers for it; too short ones have a score that means nothing. */
type Answer = JudgedClip & { readonly isLongEnough: boolean };

/** Fewer real clips say less of the threshold than the training does, which ends with it at 0. */
const leastRealClips = 20;

/**
 * `epoch`: on all fakes together, at the threshold that is best on these clips where there are enough, which `calibrate` makes 0. `full`: on the
 * fakes of the data, where it has any, else on the acted-out ones, at the threshold 0.
 * @throws DuetError for `full` where no real clip is long enough to be judged.
 */
export async function scoreLight(ask: Ask, { extent, seed }: ScoreOptions): Promise<Scored> {
  const answers = await answersTo(ask, { name: 'evaluate', seed, epoch: 0 });
  const actedOut = await answersTo(ask, { name: 'tampered', seed, epoch: 0 });
  const isJudged = ({ isLongEnough }: Answer) => isLongEnough;
  const asTheyAre = answers.filter(isJudged);
  const all = [...asTheyAre, ...actedOut.filter(isJudged)];
  if (extent === 'full' && !asTheyAre.some(({ real }) => real))
    throw new DuetError(
      `None of the clips is a real one of at least ${shortestSeconds} s, and without such nobody can say how often one is taken for a fake; give real clips too.`,
    );
  const hasFakes = asTheyAre.some(({ real }) => !real);
  const measured = extent === 'full' && hasFakes ? asTheyAre : all;
  const isCalibrated = extent === 'epoch' && asTheyAre.filter(({ real }) => real).length >= leastRealClips;
  const threshold = isCalibrated ? thresholdOf(all) : 0;
  const methods = [...scoresByMethod(all, threshold)].map(([name, scores]) => ({ name, scores: nullable(scores) }));
  return {
    metrics: nullable({ ...detectionScores(measured, threshold), loss: balancedLoss(measured) }),
    details: {
      fakes: hasFakes ? 'given' : 'acted out',
      methods: methods.map(({ name, scores }) => ({ name, ...scores })),
      tooShort: answers.length - asTheyAre.length,
    },
    clips: answers.map((clip) => ({
      path: clip.id,
      truth: clip.real ? 'real' : 'fake',
      ...(clip.method !== undefined && { method: clip.method }),
      ...(clip.isLongEnough && { score: clip.score }),
      verdict: verdictOf(clip),
    })),
    shown: [methodsSection(methods, hasFakes)],
    telling: tellingClips(asTheyAre),
    ...(isCalibrated && { calibrate: (folded) => withThreshold(folded, threshold) }),
  };
}

async function answersTo(ask: Ask, pass: Pass): Promise<Answer[]> {
  const answers: Answer[] = [];
  for await (const { rows, outputs } of ask(pass))
    for (const [index, { clips, target }] of rows.entries()) {
      const { real, method } = target as unknown as LightTarget;
      const isLongEnough = outputs.moments![index]! >= shortestSeconds * framesPerSecond - 1;
      answers.push({ id: clips[0]!, real, method, score: outputs.logit![index]!, isLongEnough });
    }
  return answers;
}

/** The mean over both sides of each side's mean cross-entropy, as there are more fakes than real clips. */
function balancedLoss(clips: readonly JudgedClip[]): number {
  const sides = [true, false].map((side) => clips.filter(({ real }) => real === side));
  const lossOf = ({ real, score }: JudgedClip) => Math.log1p(Math.exp(real ? score : -score));
  const meanOf = (side: readonly JudgedClip[]) => side.reduce((sum, clip) => sum + lossOf(clip), 0) / side.length;
  return sides.reduce((sum, side) => sum + meanOf(side), 0) / 2;
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

function nullable<Name extends string>(values: Readonly<Record<Name, number>>): Metrics {
  return Object.fromEntries(
    Object.entries<number>(values).map(([name, value]) => [name, Number.isFinite(value) ? value : null]),
  );
}

function methodsSection(methods: readonly MethodScores[], hasFakes: boolean): ShownSection {
  const own = hasFakes ? 'The numbers above are of the fakes in the data. ' : 'The data has no fakes. ';
  return {
    id: 'methods',
    title: 'Kinds of fakes',
    forTerminal: true,
    shown: [
      {
        kind: 'table',
        note: `${own}Each kind against all real clips; exchanged, shifted, retimed, reversed, frozen and replaced are acted out on these.`,
        columns: [
          { name: 'kind', kind: 'text' },
          { name: 'area under ROC', kind: 'text' },
          { name: 'average precision', kind: 'text' },
          { name: 'balanced accuracy', kind: 'text' },
        ],
        rows: methods.map(({ name, scores: { auc, averagePrecision, balancedAccuracy } }) => [
          name,
          ...[auc, averagePrecision, balancedAccuracy].map((value) => percent(value ?? undefined)),
        ]),
      },
    ],
  };
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
