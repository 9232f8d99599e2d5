// What an experiment has found so far: every variant over its seeds, and compared with the baseline.

import { recipeNamed } from '../../systems/registry.ts';
import type { Metric } from '../../train/metric.ts';
import type { Grid } from './grid-node.ts';
import type { RunResult } from './run-result-node.ts';
import { halfInterval, meanAndDeviation, type PairedDifference, pairedDifference } from './statistics.ts';

export type FailedRun = {
  readonly variant: string;
  readonly seed: number;
  readonly fold?: number | undefined;
  readonly reason: string;
};

export type MetricSummary = {
  readonly mean: number;
  /** The sample's standard deviation; NaN, in JSON null, for a single run. */
  readonly deviation: number;
  /** Half of the mean's 95 % interval; NaN, in JSON null, for a single run. */
  readonly half: number;
  readonly runs: number;
  /** Against the baseline over the runs that both have; undefined for the baseline itself. */
  readonly difference: PairedDifference | undefined;
};

export type VariantResult = {
  readonly name: string;
  readonly recipe: string;
  /** Its name without the share of training clips, and how many it learned from, as a mean over the runs. */
  readonly curve: string;
  readonly trainClips: number | undefined;
  /** By metric; those that no run has are left out. */
  readonly metrics: Readonly<Record<string, MetricSummary>>;
  readonly parameters: RunResult['parameters'] | undefined;
  /** Means over the runs. */
  readonly seconds: { readonly perEpoch: number; readonly total: number } | undefined;
  /** Summed over the runs. */
  readonly confusion:
    | { readonly classes: readonly string[]; readonly counts: readonly (readonly number[])[] }
    | undefined;
  readonly runs: readonly Omit<RunResult, 'variant' | 'settings' | 'confusion' | 'classes' | 'parameters'>[];
  /** Every setting in effect but the seed. */
  readonly training: Omit<Grid['variants'][number]['training'], 'seed'>;
};

/** A grid's finished runs compared; the contents of results.json. */
export type ExperimentResult = {
  readonly version: 1;
  readonly name: string;
  readonly baseline: string;
  readonly seeds: readonly number[];
  /** Of cross-validation, where the data's own splits do not hold. */
  readonly folds?: number | undefined;
  /** Runs of the whole grid, and those that are finished. */
  readonly runs: number;
  readonly finished: number;
  readonly failed: readonly FailedRun[];
  readonly variants: readonly VariantResult[];
};

/** What is compared: the metrics of the variants' systems, each once, in their order. */
export async function comparedMetrics(
  variants: readonly Pick<VariantResult, 'recipe' | 'metrics'>[],
): Promise<readonly Metric[]> {
  const found = new Map<string, Metric>();
  for (const { recipe, metrics } of variants) {
    const { system } = await recipeNamed(recipe);
    for (const metric of system.metrics) if (metrics[metric.name]) found.set(metric.name, metric);
  }
  return [...found.values()];
}

export function summarise(grid: Grid, finished: readonly RunResult[], failed: readonly FailedRun[]): ExperimentResult {
  const of = (name: string) =>
    finished
      .filter(({ variant }) => variant === name)
      .sort((a, b) => grid.seeds.indexOf(a.seed) - grid.seeds.indexOf(b.seed) || (a.fold ?? 0) - (b.fold ?? 0));
  const variants = grid.variants.map((variant): VariantResult => {
    const { name, curve, baseline, training: settings } = variant;
    const { seed: _, ...training } = settings;
    const results = of(name);
    const [first] = results;
    const clips = results.flatMap(({ trainClips }) => trainClips ?? []);
    return {
      ...{ name, recipe: training.recipe, curve },
      trainClips: clips.length > 0 ? meanAndDeviation(clips).mean : undefined,
      metrics: metricsOf(results, name === baseline ? undefined : of(baseline), grid.folds),
      parameters: first?.parameters,
      seconds: first && {
        perEpoch: meanAndDeviation(results.map(({ seconds }) => seconds.perEpoch)).mean,
        total: meanAndDeviation(results.map(({ seconds }) => seconds.total)).mean,
      },
      confusion: first?.confusion && {
        classes: first.classes,
        counts: summed(results.flatMap(({ confusion }) => (confusion ? [confusion] : []))),
      },
      runs: results.map(
        ({ variant: _, settings: __, confusion: ___, classes: ____, parameters: _____, ...run }) => run,
      ),
      training,
    };
  });
  const { name, baseline: compared, seeds, folds } = grid;
  const runs = grid.variants.length * seeds.length * (folds ?? 1);
  const about = { name, baseline: compared, seeds, ...(folds !== undefined && { folds }) };
  return { version: 1, ...about, runs, finished: finished.length, failed, variants };
}

function metricsOf(
  results: readonly RunResult[],
  baseline: readonly RunResult[] | undefined,
  folds: number | undefined,
): VariantResult['metrics'] {
  return Object.fromEntries(
    [...new Set(results.flatMap(({ metrics }) => Object.keys(metrics)))].flatMap((name) => {
      const values = results.flatMap(({ metrics }) => metrics[name] ?? []);
      if (values.length === 0) return [];
      const pairs = results.flatMap((result) => {
        const other = baseline?.find(({ seed, fold }) => seed === result.seed && fold === result.fold)?.metrics[name];
        const value = result.metrics[name];
        return typeof value !== 'number' || typeof other !== 'number' ? [] : [[value, other] as const];
      });
      const spread = { ...meanAndDeviation(values), half: halfInterval(values, folds), runs: values.length };
      return [[name, { ...spread, difference: pairedDifference(pairs, folds) }]];
    }),
  );
}

function summed(matrices: readonly (readonly (readonly number[])[])[]): number[][] {
  return matrices[0]!.map((row, i) =>
    row.map((_, j) => matrices.reduce((sum, counts) => sum + (counts[i]?.[j] ?? 0), 0)),
  );
}
