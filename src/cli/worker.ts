// duet worker RUN --queue URL
import { availableParallelism } from 'node:os';
import type { Command } from 'commander';
import { DuetError } from '../errors.ts';
import { backboneSettings, examples, machineSettings, outputSettings } from './common-settings.ts';
import type { Context } from './context.ts';
import { toggle, wholeNumber } from './field.ts';
import { queueSettings } from './queue-settings.ts';
import { sessionOptions } from './session-options.ts';
import { addSettings, grouped, setting, settingWithDefault, type ValuesOf, valuesOf } from './setting.ts';

const workerSettings = {
  ...queueSettings,
  ...grouped('Queue:', {
    untilEmpty: settingWithDefault('--until-empty', 'end when there is nothing left to do', toggle, false),
  }),
  ...backboneSettings,
  ...grouped('Machine:', {
    workers: setting(
      '--workers <number>',
      'processes that read clips (default: one per core)',
      wholeNumber({ least: 1, most: 256 }),
    ),
  }),
  ...machineSettings,
  quiet: outputSettings.quiet,
};

export function addWorkerCommand(program: Command, context: Context): void {
  const command: Command = program.command('worker').summary('make shards of an archive that a queue gives out');
  command.argument('<run>', 'the run of the archive, here');
  command.description(
    'Take shards from the queue that "duet predict RUN --manifest --queue" fills, and write their results. Any number of ' +
      'workers may run, on any machines that see the same paths. Ctrl-C gives an unfinished shard back.',
  );
  addSettings(command, workerSettings);
  command.addHelpText(
    'after',
    examples(
      ['duet worker runs/first --queue redis://queue-box:6379', 'until it is stopped'],
      ['duet worker runs/first --queue redis://queue-box:6379 --until-empty', 'as a job of a cluster'],
    ),
  );
  command.action((run: string) => runWorker(run, valuesOf(command, workerSettings), context));
}

async function runWorker(run: string, settings: ValuesOf<typeof workerSettings>, context: Context): Promise<void> {
  const { queue, queueName, backbone, untilEmpty, quiet, workers = availableParallelism() } = settings;
  if (queue === undefined) throw new DuetError('A worker needs a queue; name it with --queue redis://HOST:PORT.');
  const { runArchiveWorker } = await import('../archive/queue-archive-node.ts');
  const progress = context.progress(quiet);
  const onState = (isThere: boolean) =>
    progress.note(isThere ? 'The queue is there again.' : 'The queue is away; waiting.');
  try {
    await runArchiveWorker({
      ...{ run, backbone, session: sessionOptions(settings), processes: workers, untilEmpty },
      queue: { url: queue, name: queueName, onState },
      signal: context.signal,
      onShard: (name) => progress.note(`Wrote ${name}.`),
    });
  } finally {
    progress.end();
  }
}
