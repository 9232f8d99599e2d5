// One line a run, for spreadsheets and other programs.
import { comparedMetrics, type ExperimentResult } from './summary.ts';

/** CSV with a head line; what a run does not have is empty. */
export async function resultsCsv({ variants }: ExperimentResult): Promise<string> {
  const metricNames = (await comparedMetrics(variants)).map(({ name }) => name);
  const heads = [
    'variant',
    'recipe',
    'seed',
    'fold',
    'trainClips',
    ...metricNames,
    'keptEpoch',
    'epochs',
    'trainable',
    'adapter',
    'inference',
    'secondsPerEpoch',
    'seconds',
  ];
  const lines = variants.flatMap(({ name, recipe, parameters, runs }) =>
    runs.map((run) => [
      ...[
        name,
        recipe,
        run.seed,
        run.fold === undefined ? undefined : run.fold + 1,
        run.trainClips,
        ...metricNames.map((metric) => run.metrics[metric]),
        run.keptEpoch,
        run.epochs.length,
      ],
      ...[parameters?.trainable, parameters?.adapter, parameters?.inference, run.seconds.perEpoch, run.seconds.total],
    ]),
  );
  // Names of variants hold neither commas nor quotes.
  return [heads, ...lines].map((line) => `${line.map((cell) => cell ?? '').join(',')}\n`).join('');
}
