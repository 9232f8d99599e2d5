// duet index RUN VIDEOS...
import { basename } from 'node:path';
import type { Command } from 'commander';
import type { IndexUpdate } from '../run/index-node.ts';
import { backboneSettings, examples, machineSettings, outputSettings } from './common-settings.ts';
import { type Context, writeResult } from './context.ts';
import { exitCodes } from './errors.ts';
import { decimal, path, toggle } from './field.ts';
import { knownOf, sessionOptions } from './session-options.ts';
import { addSettings, grouped, setting, settingWithDefault, type ValuesOf, valuesOf } from './setting.ts';

const indexSettings = {
  ...grouped('Input:', {
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
  command
    .argument('<run>', 'folder that duet train wrote, or an adapter folder, of a system that says classes')
    .argument('<videos...>', 'videos, and folders whose videos are all taken');
  command.description(
    'Keep what a run says of every window of many videos. The same command brings the index up to date: it reads ' +
      'only new and changed videos, follows those that were moved, and forgets those that are gone. A video that ' +
      'cannot be read is listed, and tried again when it changes; the exit code is then 1. After Ctrl-C the same ' +
      'command goes on.',
  );
  addSettings(command, indexSettings);
  command.addHelpText(
    'after',
    examples(
      ['duet index runs/first ~/Videos', 'all videos of a folder, into duet-index'],
      ['duet index runs/first ~/Videos /media/camera --hop 1', 'two folders, a window every second'],
      ['duet index runs/second ~/Videos --rebuild', 'again, by another run'],
    ),
  );
  command.action((run: string, videos: string[]) => runIndex(run, videos, valuesOf(command, indexSettings), context));
}

async function runIndex(
  run: string,
  videos: readonly string[],
  settings: ValuesOf<typeof indexSettings>,
  context: Context,
): Promise<void> {
  const { indexVideos } = await import('../run/index-node.ts');
  const { hop, backbone, out, rebuild, quiet, json } = settings;
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
