// What an evaluation comes to: for programs, for the terminal, and as the numbers at the top of a page.
import type { Json } from '../data/intake.ts';
import { countsText, duration, percent, thousands } from '../report/format.ts';
import type { NumbersShown, Shown, ShownSection } from '../report/shown.ts';
import type { Metric } from '../train/metric.ts';
import type { Evaluation } from './evaluate-node.ts';

/** What `evaluate --json` prints: the system's metrics and details beside what every evaluation has. */
export type EvaluationResult = { readonly system: string; readonly split: string } & Readonly<Record<string, Json>>;

export function evaluationResult(evaluation: Evaluation, split: string): EvaluationResult {
  const { scored, adapter, provider, clips, skipped, betrayals } = evaluation;
  const known = Object.entries(scored.metrics).filter(([, value]) => value !== null);
  return {
    ...{ system: adapter.system.name, split },
    ...Object.fromEntries(known),
    ...scored.details,
    ...(betrayals.length > 0 && { container: betrayals.map((one) => ({ ...one })) }),
    parameters: { ...adapter.open.counts },
    ...{ provider, clips, skipped: skipped.length },
    skippedFiles: skipped.map(({ id, reason }) => ({ path: id, reason })),
  };
}

export function metricText({ unit }: Pick<Metric, 'unit'>, value: number): string {
  return unit === 'share' ? percent(value) : value.toFixed(3);
}

/** The metrics that are known, as people read them. */
function metricRows({ scored, adapter }: Evaluation): (readonly [string, string])[] {
  return adapter.system.metrics.flatMap((metric) => {
    const value = scored.metrics[metric.name];
    return value == null ? [] : [[metric.title, metricText(metric, value)] as const];
  });
}

/** For the terminal: all numbers, then the system's tables. */
export function evaluationShown(evaluation: Evaluation): readonly Shown[] {
  const { scored, adapter, provider, clips, skipped } = evaluation;
  const numbers: NumbersShown = {
    kind: 'numbers',
    rows: [
      ...metricRows(evaluation),
      ['clips', String(clips)],
      ['skipped', String(skipped.length)],
      ['parameters', countsText(adapter.open.counts)],
      ['computed on', provider],
    ],
  };
  const sections = [...scored.shown, containerSection(evaluation)];
  return [numbers, ...sections.filter(({ forTerminal }) => forTerminal).flatMap(({ shown }) => shown)];
}

const factsShown = 3;

/** What a detector of the files alone would do, beside what the model does. */
export function containerSection({ betrayals }: Pick<Evaluation, 'betrayals'>): ShownSection {
  const telling = betrayals.filter(({ isTelling }) => isTelling).map(({ fact }) => fact);
  const verdict =
    telling.length === 0
      ? 'No fact of the files by itself tells fakes from real clips.'
      : `This data betrays its fakes by ${telling.join(', ')}: numbers on it say little. Pass real and fake clips through the same encoder, cut alike.`;
  return {
    ...{ id: 'container', title: 'What the files alone betray', forTerminal: true },
    shown:
      betrayals.length === 0
        ? []
        : [
            {
              kind: 'table',
              note: verdict,
              columns: [
                { name: 'fact of the file', kind: 'text' },
                { name: 'area under ROC', kind: 'share' },
              ],
              rows: betrayals.slice(0, factsShown).map(({ fact, auc }) => [fact, auc]),
            },
          ],
  };
}

/** For the top of a page. */
export function evaluationNumbers(
  evaluation: Evaluation,
  { seconds, trainable }: { readonly seconds: number; readonly trainable?: number },
): NumbersShown {
  return {
    kind: 'numbers',
    rows: [
      ...metricRows(evaluation).slice(0, 4),
      ['clips tested', thousands(evaluation.clips)],
      ['files skipped', thousands(evaluation.skipped.length)],
      ['time', duration(seconds)],
      ...(trainable === undefined ? [] : [['trainable parameters', thousands(trainable)] as const]),
    ],
  };
}
