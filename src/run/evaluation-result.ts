// What an evaluation comes to: for programs, for the terminal, and as the numbers at the top of a page.
import type { Json } from '../data/intake.ts';
import { countsText, duration, percent, thousands } from '../report/format.ts';
import type { NumbersShown, Shown } from '../report/shown.ts';
import type { Metric } from '../train/metric.ts';
import type { Evaluation } from './evaluate-node.ts';

/** What `evaluate --json` prints: the system's metrics and details beside what every evaluation has. */
export type EvaluationResult = { readonly system: string; readonly split: string } & Readonly<Record<string, Json>>;

export function evaluationResult(evaluation: Evaluation, split: string): EvaluationResult {
  const { scored, adapter, provider, clips, skipped } = evaluation;
  const known = Object.entries(scored.metrics).filter(([, value]) => value !== null);
  return {
    ...{ system: adapter.system.name, split },
    ...Object.fromEntries(known),
    ...scored.details,
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
  return [numbers, ...scored.shown.filter(({ forTerminal }) => forTerminal).flatMap(({ shown }) => shown)];
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
