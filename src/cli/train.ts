// duet train DATA --out RUN
import type { Command } from 'commander';
import { countsText } from '../report/format.ts';
import { metricText } from '../run/evaluation-result.ts';
import type { RunConfig } from '../run/run-folder-node.ts';
import type { TrainEvent, TrainResult } from '../run/train-node.ts';
import { systemNamed } from '../systems/registry.ts';
import type { Metric, Metrics } from '../train/metric.ts';
import { examples } from './common-settings.ts';
import { applyConfigFile } from './config-file.ts';
import { type Context, writeResult } from './context.ts';
import { knownOf, sessionOptions } from './session-options.ts';
import { addSettings } from './setting.ts';
import { shellQuoted } from './shell.ts';
import { type TrainSettings, trainSettings, trainSettingsOf } from './train-settings.ts';

export function addTrainCommand(program: Command, context: Context): void {
  const command: Command = program
    .command('train')
    .summary('learn from a folder of videos')
    .argument('[data]', 'folder with one sub-folder per class, or a CSV or JSONL manifest');
  command.description(
    'Learn to recognise the classes of DATA. The backbone stays as it is; a small adapter is trained and written to the run folder. ' +
      'Learning and model options that are not given come from the recipe, or with --resume from the run.',
  );
  command
    .optionsGroup('Input:')
    .option('--config <file>', 'JSON file of settings, named as the flags ("warmup-epochs": 2); flags win over it');
  addSettings(command, trainSettings);
  command.addHelpText(
    'after',
    examples(
      [
        'duet train videos --out runs/first',
        'one sub-folder per class; the backbone that comes with Duet, the recipe’s settings',
      ],
      [
        'duet train clips.csv --out runs/base --backbone timm/vit_base_patch16_224.augreg_in21k --batch 32',
        'a manifest, and a larger backbone from the hub',
      ],
      ['duet train videos --out runs/paper --recipe reference --lr 3e-4 --epochs 120 --seed 1', 'as the paper does it'],
      ['duet train --out runs/first --resume', 'go on after Ctrl-C, a crash or a full disk'],
    ),
  );
  command.action(async (argument: string | undefined, options: { config?: string }) => {
    const configured =
      options.config === undefined ? undefined : await applyConfigFile(command, options.config, trainSettings);
    const data = argument ?? configured;
    const { out, ...settings } = trainSettingsOf(command);
    // A run that goes on knows its data.
    if (data === undefined && !settings.resume) {
      command.error("error: missing required argument 'data'", { code: 'commander.missingArgument' });
    }
    if (out === undefined) {
      command.error("error: required option '-o, --out <run>' not specified", {
        code: 'commander.missingMandatoryOptionValue',
      });
    }
    if (settings.resume && settings.force) {
      command.error("error: option '--resume' cannot be used with option '--force'", {
        code: 'commander.conflictingOption',
      });
    }
    await runTrain(data, out, { ...settings, out }, context);
  });
}

async function runTrain(
  given: string | undefined,
  out: string,
  settings: TrainSettings,
  context: Context,
): Promise<void> {
  const [{ train }, { readRunConfig }, { chosenSettings }, { showTraining }] = await Promise.all([
    import('../run/train-node.ts'),
    import('../run/run-folder-node.ts'),
    import('../run/chosen-settings.ts'),
    import('./train-progress.ts'),
  ]);
  const { imageSize } = settings;
  const saved = settings.resume ? await readRunConfig(out) : undefined;
  const data = given ?? saved?.data ?? '';
  const progress = context.progress(settings.quiet);
  const show = showTraining(progress);
  let config: RunConfig | undefined;
  const onEvent = (event: TrainEvent) => {
    if (event.kind === 'start') config = event.config;
    show(event);
  };
  try {
    const result = await train({
      data,
      layout: settings.layout,
      out,
      backbone: settings.backbone,
      imageSize: imageSize === undefined ? undefined : [imageSize.height, imageSize.width],
      training: await chosenSettings(settings, saved?.training),
      splitFile: settings.splitFile,
      startFrom: settings.startFrom,
      resume: settings.resume,
      force: settings.force,
      workers: settings.workers,
      clipsAtOnce: settings.clipsAtOnce,
      session: async () => sessionOptions(settings, await knownOf(settings, context, progress, 'tries')),
      signal: context.signal,
      onEvent,
    });
    progress.end();
    const [metric] = (await systemNamed(result.system)).metrics;
    writeResult(context, settings.json, { ...result, config }, (shown) =>
      trainText(shown, { ...settings, data, out, metric }),
    );
  } finally {
    progress.end();
  }
}

type TrainTextOptions = MachineSettings & {
  /** As they were typed. */
  readonly data: string;
  readonly out: string;
  /** That chose the epoch. */
  readonly metric?: Metric | undefined;
};

/** How training ended, and what to do next. */
export function trainText(result: TrainResult, { data, out, metric, ...machine }: TrainTextOptions): string {
  const { outcome, history, best, parameters, skipped } = result;
  const quotedOut = shellQuoted(out);
  const epochs = `${history.length} ${history.length === 1 ? 'epoch' : 'epochs'}`;
  const lines = [
    outcome === 'interrupted'
      ? `Interrupted after ${epochs}, and saved.`
      : `Trained ${epochs}. Parameters: ${countsText(parameters)}.`,
  ];
  if (best !== null)
    lines.push(`Kept ${best.epoch === 0 ? 'the start' : `epoch ${best.epoch}`}${bestText(best.metrics, metric)}.`);
  if (skipped.length > 0) {
    lines.push(
      `Skipped ${skipped.length} ${skipped.length === 1 ? 'file' : 'files'}:`,
      ...skipped.map((file) => `  ${file.id}: ${file.reason}`),
    );
  }
  lines.push(
    outcome === 'interrupted'
      ? `Go on:  duet train --out ${quotedOut} --resume${machineOptions(machine)}`
      : `Next:  duet evaluate ${quotedOut} ${shellQuoted(data)}`,
  );
  return `${lines.join('\n')}\n`;
}

function bestText(metrics: Metrics, metric: Metric | undefined): string {
  const value = metric && metrics[metric.name];
  return value == null ? '' : `: ${metric!.title} ${metricText(metric!, value)} on the validation clips`;
}

type MachineSettings = Partial<Pick<TrainSettings, 'provider' | 'threads' | 'precision' | 'workers' | 'clipsAtOnce'>>;

/**
 * Another number of threads or another provider rounds differently, so what was given has to be given again for the
 * same numbers.
 */
function machineOptions({
  provider = 'auto',
  threads,
  precision = 'float32',
  workers,
  clipsAtOnce,
}: MachineSettings): string {
  const rounding = {
    provider: provider === 'auto' ? undefined : provider,
    precision: precision === 'float32' ? undefined : precision,
  };
  const given = { ...rounding, threads, workers, 'clips-at-once': clipsAtOnce };
  return Object.entries(given)
    .flatMap(([name, value]) => (value === undefined ? [] : [` --${name} ${value}`]))
    .join('');
}
