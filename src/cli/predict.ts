// duet predict RUN FILE...
import type { Command } from 'commander';
import type { Shown } from '../report/shown.ts';
import { shownText } from '../report/shown-text.ts';
import { systems } from '../systems/registry.ts';
import { backboneSettings, examples, machineSettings, missingSettings, outputSettings } from './common-settings.ts';
import { type Context, writeResult } from './context.ts';
import { exitCodes } from './errors.ts';
import { choice, decimal, fraction, path, wholeNumber } from './field.ts';
import { addSettings, grouped, setting, settingWithDefault, type ValuesOf, valuesOf } from './setting.ts';

const mapNames = systems.flatMap(({ maps = [] }) => maps);

const predictSettings = {
  ...grouped('Input:', {
    audio: setting('--audio <file>', 'the sound that belongs to a picture or to a folder of frames', path),
    start: setting('--start <seconds>', 'begin here', decimal({ least: 0 })),
    end: setting('--end <seconds>', 'stop here', decimal({ above: 0 })),
    hop: setting(
      '--hop <seconds>',
      'from one window of a longer video to the next (default: half a window)',
      decimal({ above: 0 }),
    ),
  }),
  ...backboneSettings,
  ...missingSettings,
  ...grouped('Output:', {
    top: settingWithDefault(
      '--top <number>',
      'classes to name, most probable first',
      wholeNumber({ least: 1, most: 1000 }),
      3,
    ),
    threshold: settingWithDefault(
      '--threshold <share>',
      'how probable an event of the timeline must be',
      fraction,
      0.5,
    ),
    overlays: setting('--overlays <folder>', 'write frame and spectrogram with a map laid over them (PNG)', path),
    map: settingWithDefault(
      '--map <name>',
      'what is laid over them: evidence of what sounds, or what the model attends to in its last block',
      choice(mapNames),
      mapNames[0]!,
    ),
    report: setting('--report <file>', 'write a page with all predictions and their maps (HTML)', path),
  }),
  ...outputSettings,
  ...machineSettings,
};

export type PredictSettings = ValuesOf<typeof predictSettings>;

/** One file: what its system says of it, or why it could not be read. */
export type FilePrediction =
  | {
      readonly path: string;
      /** As the system's `result` schema has it. */
      readonly result: unknown;
      readonly headline: string;
      readonly shown: readonly Shown[];
    }
  | { readonly path: string; readonly error: string };

export function addPredictCommand(program: Command, context: Context): void {
  const command: Command = program.command('predict').summary('say what happens in videos');
  command
    .argument('<run>', 'folder that duet train wrote, or an adapter folder')
    .argument('<file...>', 'videos; or pictures or folders of frames, with --audio');
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
    ),
  );
  command.action((run: string, files: string[]) => runPredict(run, files, valuesOf(command, predictSettings), context));
}

async function runPredict(
  run: string,
  files: readonly string[],
  settings: PredictSettings,
  context: Context,
): Promise<void> {
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
