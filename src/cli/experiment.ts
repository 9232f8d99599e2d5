// duet experiment FILE
import { basename, extname, join } from 'node:path';
import type { Command } from 'commander';
import { duration, percent } from '../report/format.ts';
import { textTable } from '../report/text-table.ts';
import type { ExperimentEvent, ExperimentOptions } from '../run/experiment/experiment-node.ts';
import type { PlannedRun } from '../run/experiment/plan-node.ts';
import type { ExperimentResult, MetricSummary } from '../run/experiment/summary.ts';
import { examples, loadingSettings, machineSettings, outputSettings } from './common-settings.ts';
import { type Context, writeResult } from './context.ts';
import { exitCodes } from './errors.ts';
import { showEvaluation } from './evaluate.ts';
import { path, text, toggle, wholeNumbers } from './field.ts';
import type { Phase, Progress } from './progress.ts';
import { knownOf, sessionOptions } from './session-options.ts';
import { addSettings, grouped, setting, settingWithDefault, valuesOf } from './setting.ts';
import { showTraining } from './train-progress.ts';

const experimentSettings = {
  ...grouped('Input:', {
    data: setting('--data <data>', 'folder or manifest, instead of those that the file names', path),
    backbone: setting('--backbone <model>', 'instead of those that the file names', text),
    seeds: setting('--seeds <list>', 'such as 0,1,2, instead of the file’s', wholeNumbers),
    only: setting('--only <variant>', 'run this variant alone', text),
  }),
  ...grouped('Output:', {
    out: setting('-o, --out <folder>', 'for runs and results (default: experiments/ and the file’s name)', path),
    dryRun: settingWithDefault('--dry-run', 'say what would run, and for how long, and do nothing', toggle, false),
  }),
  ...outputSettings,
  ...loadingSettings,
  ...machineSettings,
};

export function addExperimentCommand(program: Command, context: Context): void {
  const command: Command = program
    .command('experiment')
    .summary('compare settings over seeds')
    .argument('<file>', 'JSON file of variants, seeds and data');
  command.description(
    'Train and test every variant of FILE with every seed, and write results.json, results.csv and report.html. ' +
      'Called again, it goes on where it stopped: finished runs are kept.',
  );
  addSettings(command, experimentSettings);
  command.addHelpText(
    'after',
    examples(
      [
        'duet experiment examples/experiments/ablation.json --data videos',
        'every component of the model taken out in turn',
      ],
      ['duet experiment mine.json --dry-run', 'the grid, and how long what is left will take'],
      ['duet experiment mine.json --only probe --seeds 0,1,2', 'a part of it'],
      ['duet experiment examples/experiments/spoken-digits-clips.json --data videos', 'learning curves'],
    ),
  );
  command.action(async (file: string) => {
    const {
      dryRun,
      json,
      quiet,
      out = join('experiments', basename(file, extname(file))),
      ...settings
    } = valuesOf(command, experimentSettings);
    const { experiment, planExperiment, experimentFiles } = await import('../run/experiment/experiment-node.ts');
    const { data, backbone, seeds, only, workers } = settings;
    const options: ExperimentOptions = {
      ...{ file, out, data, backbone, seeds, only, workers },
      ...{ signal: context.signal, command: context.commandLine },
    };
    if (dryRun) {
      const { estimate } = await import('../run/experiment/plan-node.ts');
      const runs = await planExperiment(options);
      const seconds = estimate(runs);
      const result = { runs: runs.filter(({ isChosen }) => isChosen).map(plannedRun), seconds: seconds ?? null };
      writeResult(context, json, result, () => planText(result));
      return;
    }
    const progress = context.progress(quiet);
    try {
      const session = sessionOptions(settings, await knownOf(settings, context, progress, 'tries'));
      const result = await experiment({ ...options, session, onEvent: showExperiment(progress) });
      progress.end();
      writeResult(
        context,
        json,
        result,
        (shown) => `${experimentText(shown)}Page: ${join(out, experimentFiles.page)}\n`,
      );
      if (result.failed.length > 0) context.setExitCode(exitCodes.failure);
    } finally {
      progress.end();
    }
  });
}

type ToldRun = {
  readonly variant: string;
  readonly seed: number;
  readonly fold?: number;
  readonly epochs: number;
  readonly epochsDone: number;
  readonly finished: boolean;
};

function plannedRun({ variant, seed, fold, result, epochsDone }: PlannedRun): ToldRun {
  const run = { variant: variant.name, seed, ...(fold && { fold: fold.index }) };
  return { ...run, epochs: variant.training.epochs, epochsDone, finished: result !== undefined };
}

/** As people count. */
function foldText(fold: number | undefined): string {
  return fold === undefined ? '' : `, fold ${fold + 1}`;
}

function planText({ runs, seconds }: { readonly runs: readonly ToldRun[]; readonly seconds: number | null }): string {
  const state = ({ finished, epochs, epochsDone }: ToldRun) =>
    finished ? 'finished' : epochsDone > 0 ? `${epochsDone} of ${epochs} epochs` : `${epochs} epochs to do`;
  const table = textTable(
    ['variant', 'seed', 'state'],
    runs.map((run) => [run.variant, `${run.seed}${foldText(run.fold)}`, state(run)]),
  );
  const left = runs.filter(({ finished }) => !finished).length;
  const time =
    seconds === null
      ? 'how long is known after the first'
      : `about ${duration(seconds)}, without decoding and head starts`;
  return `${table}${left} of ${runs.length} runs to do${left === 0 ? '' : `: ${time}`}.\n`;
}

/** A listener that shows a whole experiment, its runs one inside the other. */
function showExperiment(progress: Progress): (event: ExperimentEvent) => void {
  let [all, run]: (Phase | undefined)[] = [];
  let train = showTraining(progress);
  let evaluate = showEvaluation(progress);
  let name = '';
  let count = 0;
  const end = (outcome: string) => {
    run?.finish(`${name}: ${outcome}`);
    all?.update(++count);
  };
  return (event) => {
    switch (event.kind) {
      case 'run':
        name = `${event.variant}, seed ${event.seed}${foldText(event.fold?.index)}`;
        all ??= progress.begin('run', event.runs);
        run = progress.begin(name);
        // The settings of every run would drown the rest; they are in its folder.
        train = showTraining({ ...progress, note: () => undefined });
        evaluate = showEvaluation(progress);
        break;
      case 'train':
        train(event.event);
        break;
      case 'evaluate':
        evaluate(event.event);
        break;
      case 'finished':
        end(`${percent(event.result.metrics.accuracy ?? undefined)} right, ${duration(event.result.seconds.total)}`);
        break;
      case 'failed':
        end(`failed: ${event.failure.reason}`);
    }
  };
}

function experimentText({ variants, runs, finished, failed, baseline }: ExperimentResult): string {
  const spread = (summary: MetricSummary | undefined) =>
    summary === undefined ? '–' : `${percent(summary.mean)} ± ${(100 * summary.deviation).toFixed(1)}`;
  const difference = (summary: MetricSummary | undefined) =>
    summary?.difference === undefined ? '' : `${(100 * summary.difference.mean).toFixed(1)}`;
  const rows = variants.map(({ name, runs: done, metrics }) => [
    ...[name, String(done.length), spread(metrics.accuracy), difference(metrics.accuracy)],
    ...[metrics.backgroundAuc?.mean.toFixed(3) ?? '–', percent(metrics.calibrationError?.mean)],
  ]);
  const table = textTable(
    ['variant', 'runs', 'accuracy', `from ${baseline}`, 'background AUC', 'calibration error'],
    rows,
  );
  const failures = failed
    .map(({ variant, seed, fold, reason }) => `Failed: ${variant}, seed ${seed}${foldText(fold)}: ${reason}\n`)
    .join('');
  const left = finished < runs ? `${finished} of ${runs} runs finished; the same command does the others.\n` : '';
  return `${table}${failures}${left}`;
}
