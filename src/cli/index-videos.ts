// duet index RUN VIDEOS...
import { basename, join } from 'node:path';
import type { Command } from 'commander';
import { kindOfPath } from '../files/read-clearly-node.ts';
import type { IndexUpdate } from '../run/index-node.ts';
import { backboneSettings, examples, machineSettings, outputSettings } from './common-settings.ts';
import { type Context, writeResult } from './context.ts';
import { exitCodes } from './errors.ts';
import { decimal, path, toggle } from './field.ts';
import { knownOf, sessionOptions } from './session-options.ts';
import { addSettings, grouped, setting, settingWithDefault, type ValuesOf, valuesOf } from './setting.ts';

const indexSettings = {
  ...grouped('Input:', {
    run: setting('--run <folder>', 'index by this run or adapter (default: the built-in search model)', path),
    hop: setting(
      '--hop <seconds>',
      'from one window of a longer video to the next (default: the system’s own choice)',
      decimal({ above: 0 }),
    ),
  }),
  ...backboneSettings,
  ...grouped('Output:', {
    out: settingWithDefault('--out <folder>', 'the index, which is begun or brought up to date', path, 'duet-index'),
    rebuild: settingWithDefault(
      '--rebuild',
      'read everything again and leave behind what the index has, such as that of another run',
      toggle,
      false,
    ),
  }),
  ...outputSettings,
  ...machineSettings,
};

export function addIndexCommand(program: Command, context: Context): void {
  const command: Command = program.command('index').summary('look through videos once, so that search finds moments');
  command.argument(
    '<videos...>',
    'videos, and folders whose videos are all taken; a run that stands first is taken as --run',
  );
  command.description(
    'Keep what every window of many videos shows and sounds like, by the built-in search model or by a run. The same command brings the index up to date: it reads ' +
      'only new and changed videos, follows those that were moved, and forgets those that are gone. A video that ' +
      'cannot be read is listed, and tried again when it changes; the exit code is then 1. After Ctrl-C the same ' +
      'command goes on.',
  );
  addSettings(command, indexSettings);
  command.addHelpText(
    'after',
    examples(
      ['duet index ~/Videos', 'all videos of a folder, into duet-index'],
      ['duet index runs/first ~/Videos --out classes', 'by the classes of a run'],
      ['duet index runs/first ~/Videos /media/camera --hop 1', 'two folders, a window every second'],
      ['duet index runs/second ~/Videos --rebuild', 'again, by another run'],
    ),
  );
  command.action((paths: string[]) => runIndex(paths, valuesOf(command, indexSettings), context));
}

async function runIndex(
  paths: readonly string[],
  settings: ValuesOf<typeof indexSettings>,
  context: Context,
): Promise<void> {
  const { indexVideos } = await import('../run/index-node.ts');
  const { hop, backbone, out, rebuild, quiet, json } = settings;
  const [first = '', ...others] = paths;
  const namesRun = settings.run === undefined && others.length > 0 && (await isAdapterFolder(first));
  const run = namesRun ? first : settings.run;
  const videos = namesRun ? others : paths;
  const { signal } = context;
  const progress = context.progress(quiet);
  try {
    const session = sessionOptions(settings, await knownOf(settings, context, progress, 'takes what is known'));
    let phase = progress.begin('looking for what is new');
    let compared = 0;
    const update = await indexVideos({
      ...{ run, videos, index: out, hop, rebuild, backbone, session, signal },
      onEvent(event) {
        if (event.kind === 'model') progress.note(`Computing on ${event.provider}.`);
        else if (event.kind === 'compared') phase.update(++compared, basename(event.path));
        else if (event.kind === 'planned') {
          phase.finish();
          phase = progress.begin('index', event.files);
        } else if (event.kind === 'reading') {
          phase.update(event.done, basename(event.path));
        } else phase.update(event.done, `${basename(event.path)}, window ${event.window}`);
      },
    });
    progress.end();
    writeResult(context, json, { index: out, ...update }, () => updateText(out, update));
    for (const { path: file, reason } of update.skipped)
      context.writeError(`duet: ${reason.includes(file) ? reason : `${file}: ${reason}`}\n`);
    if (update.skipped.length > 0) context.setExitCode(exitCodes.failure);
  } catch (error) {
    if (signal.aborted) progress.note(`The videos that are done are in ${out}; the same command goes on.`);
    throw error;
  } finally {
    progress.end();
  }
}

/** Whether a run or an adapter lies there. */
async function isAdapterFolder(folder: string): Promise<boolean> {
  return (await kindOfPath(join(folder, 'adapter_config.json'))) === 'file';
}

function updateText(out: string, update: IndexUpdate): string {
  const { files, windows, added, unchanged, moved, gone, skipped } = update;
  const counts = [
    [added, 'read'],
    [unchanged, 'unchanged'],
    [moved, 'moved or copied'],
    [gone, 'gone'],
    [skipped.length, 'cannot be read'],
  ] as const;
  const what = counts.filter(([count]) => count > 0).map(([count, name]) => `${count} ${name}`);
  const videos = `${files} ${files === 1 ? 'video' : 'videos'}`;
  const moments = `${windows} ${windows === 1 ? 'window' : 'windows'}`;
  return `${out}: ${videos}, ${moments} (${what.length > 0 ? what.join(', ') : 'nothing new'})\n`;
}
