// duet predict RUN FILE...
import type { Command } from 'commander';
import { shownText } from '../report/shown-text.ts';
import { examples } from './common-settings.ts';
import { type Context, writeResult } from './context.ts';
import { exitCodes } from './errors.ts';
import { type FilePrediction, type PredictSettings, predictSettings } from './predict-settings.ts';
import { addSettings, valuesOf } from './setting.ts';

export function addPredictCommand(program: Command, context: Context): void {
  const command: Command = program.command('predict').summary('say what happens in videos');
  command
    .argument('<run>', 'folder that duet train wrote, or an adapter folder')
    .argument('[file...]', 'videos; or pictures or folders of frames, with --audio');
  command.description(
    'Predict what happens in each file. A video longer than the window is read window by window and gives a timeline of events.',
  );
  addSettings(command, predictSettings);
  command.addHelpText(
    'after',
    examples(
      ['duet predict runs/first clip.mp4', 'the three most probable classes'],
      [
        'duet predict runs/first long.mp4 --hop 1 --report long.html',
        'a timeline, second by second, and a page with maps',
      ],
      [
        'duet predict runs/first *.mp4 --json | jq -r ".[] | [.path, .windows[0].label] | @tsv"',
        'for another program to read',
      ],
      ['duet predict runs/first photo.jpg --audio sound.wav', 'a picture and a sound'],
      [
        'duet predict runs/events long.mp4 --prompt "glass breaking" --prompt "a dog runs" --audacity long.txt',
        'events by names that were never trained, as a label track',
      ],
      [
        'duet predict runs/authentic clip.mp4 --calibrate my-videos --false-alarms 5',
        'set the threshold by real videos of your own, then judge a clip',
      ],
      [
        'duet predict runs/first --manifest clips.csv --out results --shard 0/8',
        'the first eighth of the shards of an archive; the same command again makes what is missing',
      ],
    ),
  );
  command.action((run: string, files: string[]) => {
    const settings = valuesOf(command, predictSettings);
    if (files.length === 0 && settings.calibrate === undefined && settings.manifest === undefined)
      command.error("error: missing required argument 'file'");
    return runPredict(run, files, settings, context);
  });
}

async function runPredict(
  run: string,
  files: readonly string[],
  settings: PredictSettings,
  context: Context,
): Promise<void> {
  if (settings.manifest !== undefined) {
    const { predictManifest } = await import('./predict-manifest.ts');
    return predictManifest(run, files, settings, context);
  }
  const { predictFiles } = await import('./predict-files.ts');
  const progress = context.progress(settings.quiet);
  try {
    const results = await predictFiles(run, files, settings, context, progress);
    progress.end();
    const documents = results.map((one) => ('error' in one ? one : { path: one.path, ...(one.result as object) }));
    writeResult(context, settings.json, documents, () => results.map(predictionText).join(''));
    for (const result of results) {
      if (!('error' in result)) continue;
      context.setExitCode(exitCodes.failure);
      context.writeError(`duet: ${result.error}\n`);
    }
  } finally {
    progress.end();
  }
}

/** One file's result as people read it: a line, and what belongs to it indented. */
export function predictionText(prediction: FilePrediction): string {
  // What could not be read is reported on stderr.
  if ('error' in prediction) return '';
  const { path: file, headline, shown } = prediction;
  return `${file}: ${headline}\n${shownText(shown).replace(/^(?=.)/gm, '  ')}`;
}
