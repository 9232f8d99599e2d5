// duet predict RUN FILE...
import type { Command } from 'commander';
import { clock, percent } from '../report/format.ts';
import { textTable } from '../report/text-table.ts';
import { mapNames } from '../systems/ma-avt/shown.ts';
import { backboneSettings, examples, machineSettings, missingSettings, outputSettings } from './common-settings.ts';
import { type Context, writeResult } from './context.ts';
import { exitCodes } from './errors.ts';
import { choice, decimal, fraction, path, wholeNumber } from './field.ts';
import { addSettings, grouped, setting, settingWithDefault, type ValuesOf, valuesOf } from './setting.ts';

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
      'evidence',
    ),
    report: setting('--report <file>', 'write a page with all predictions and their maps (HTML)', path),
  }),
  ...outputSettings,
  ...machineSettings,
};

export type PredictSettings = ValuesOf<typeof predictSettings>;

export type WindowPrediction = {
  readonly start: number;
  readonly end: number;
  /** The best class, or 'background'. */
  readonly label: string;
  readonly top: readonly { readonly label: string; readonly probability: number }[];
  readonly backgroundProbability?: number | undefined;
};

/** One file: its windows and the events they add up to, or why it could not be read. */
export type FilePrediction =
  | {
      readonly path: string;
      readonly windows: readonly WindowPrediction[];
      readonly events: readonly {
        readonly start: number;
        readonly end: number;
        readonly label: string;
        readonly probability: number;
      }[];
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
    writeResult(context, settings.json, results, (all) => all.map(predictionText).join(''));
    for (const result of results) {
      if (!('error' in result)) continue;
      context.setExitCode(exitCodes.failure);
      context.writeError(`duet: ${result.error}\n`);
    }
  } finally {
    progress.end();
  }
}

/** One file's result as people read it: classes for a short clip, a timeline for a longer one. */
export function predictionText(result: FilePrediction): string {
  // What could not be read is told on stderr.
  if ('error' in result) return '';
  const [first] = result.windows;
  if (result.windows.length === 1 && first !== undefined) {
    const rows = first.top.map((entry) => [`  ${entry.label}`, percent(entry.probability)]);
    if (first.backgroundProbability !== undefined)
      rows.push(['  (unrelated sound)', percent(first.backgroundProbability)]);
    return `${result.path}: ${first.label}\n${textTable([], rows)}`;
  }
  if (result.events.length === 0)
    return `${result.path}: nothing above the threshold in ${result.windows.length} windows\n`;
  const rows = result.events.map((event) => [
    `  ${clock(event.start, 1)}–${clock(event.end, 1)}`,
    percent(event.probability, 0),
    event.label,
  ]);
  return `${result.path}: ${result.events.length} ${result.events.length === 1 ? 'event' : 'events'}\n${timelineTable(rows)}`;
}

function timelineTable(rows: readonly (readonly string[])[]): string {
  const widest = Math.max(...rows.map((row) => (row[2] ?? '').length));
  return textTable(
    [],
    rows.map(([when = '', probability = '', name = '']) => [when, probability, name.padEnd(widest)]),
  );
}
