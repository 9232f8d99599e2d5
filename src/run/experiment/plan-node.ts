// Which runs a grid consists of, and how far each has come.
import { join } from 'node:path';
import type { Fold } from '../../data/experiment-splits.ts';
import { DuetError } from '../../errors.ts';
import { kindOfPath } from '../../files/read-clearly-node.ts';
import { nearest } from '../../files/schema-error.ts';
import { readHistory } from '../history-node.ts';
import { runFiles } from '../place.ts';
import type { Grid, Variant } from './grid-node.ts';
import { placeOf, type RunResult, readResult } from './run-result-node.ts';

export type PlannedRun = {
  readonly variant: Variant;
  readonly seed: number;
  /** Which fold of cross-validation, where there are such. */
  readonly fold: Fold | undefined;
  /** Whether it is of the variant that was asked for, if one was. */
  readonly isChosen: boolean;
  /** Of a finished run. */
  readonly result: RunResult | undefined;
  /** Epochs that a half-done run has behind it. */
  readonly epochsDone: number;
};

/**
 * Seed by seed and fold by fold, so that an experiment that is stopped has compared all variants over the same clips.
 */
export async function planRuns(
  { variants, seeds, folds }: Grid,
  out: string,
  only: string | undefined,
): Promise<PlannedRun[]> {
  const names = [...new Set(variants.map(({ curve }) => curve))];
  if (only !== undefined && !names.includes(only)) {
    const meant = nearest(only, names);
    throw new DuetError(
      `There is no variant '${only}'; ${meant === undefined ? `choose among ${names.join(', ')}.` : `did you mean '${meant}'?`}`,
    );
  }
  const runs: PlannedRun[] = [];
  for (const seed of seeds)
    for (const fold of foldsOf(folds))
      for (const variant of variants) {
        const place = placeOf(out, variant.name, seed, fold);
        // Data that is not there would fail every run in turn.
        if ((await kindOfPath(variant.data)) === undefined)
          throw new DuetError(`There is no data at ${variant.data}; check the path in the file, or give --data.`);
        const { epochs } = await readHistory(join(place.run, runFiles.history));
        const result = await readResult(place, variant, seed);
        const isChosen = only === undefined || variant.curve === only;
        runs.push({ ...{ variant, seed, fold, result, isChosen }, epochsDone: epochs.length });
      }
  return runs;
}

function foldsOf(folds: number | undefined): readonly (Fold | undefined)[] {
  return folds === undefined ? [undefined] : Array.from({ length: folds }, (_, index) => ({ index, of: folds }));
}

/** Seconds that the chosen runs will still take if none stops early; undefined until a run is finished to judge by. */
export function estimate(runs: readonly PlannedRun[]): number | undefined {
  const results = runs.flatMap(({ result }) => (result ? [result] : []));
  if (results.length === 0) return undefined;
  const mean = (of: readonly RunResult[]) => of.reduce((sum, { seconds }) => sum + seconds.perEpoch, 0) / of.length;
  return runs
    .filter(({ result, isChosen }) => !result && isChosen)
    .reduce((sum, { variant, epochsDone }) => {
      const own = results.filter((result) => result.variant === variant.name);
      return sum + mean(own.length > 0 ? own : results) * Math.max(0, variant.training.epochs - epochsDone);
    }, 0);
}
