// What `duet predict` can be set to, and what it says of one file.
import type { ScoredEvent } from '../files/events/events.ts';
import type { Shown } from '../report/shown.ts';
import {
  backboneSettings,
  machineSettings,
  missingSettings,
  outputSettings,
  stretchSettings,
} from './common-settings.ts';
import { decimal, type Field, fraction, path, text, texts, wholeNumber } from './field.ts';
import { queueSettings } from './queue-settings.ts';
import { grouped, setting, settingWithDefault, type ValuesOf } from './setting.ts';

/** Of every n shards one: i/n. */
const part: Field<string> = {
  expected: 'a part such as 0/8, counted from 0',
  accept(value) {
    const [, index, of] = (/^(\d{1,6})\/(\d{1,6})$/.exec(String(value)) ?? []).map(Number);
    return index !== undefined && of !== undefined && index < of ? `${index}/${of}` : undefined;
  },
  fromText: (text) => text,
};

export const predictSettings = {
  ...grouped('Input:', {
    audio: setting('--audio <file>', 'the sound that belongs to a picture or to a folder of frames', path),
    prompt: setting(
      '--prompt <text>',
      'look for this in the place of the trained classes, where the run knows classes by their names; again for more',
      texts,
    ),
  }),
  ...stretchSettings,
  ...backboneSettings,
  ...missingSettings,
  ...grouped('Archive:', {
    manifest: setting('--manifest <file>', 'a table of clips (CSV, TSV, JSONL), however long, with --out', path),
    out: setting('--out <folder>', 'where each shard of results goes, as a file of JSON lines', path),
    shard: settingWithDefault(
      '--shard <i/n>',
      'make every n-th shard only, from the i-th, counted from 0',
      part,
      '0/1',
    ),
    shardRows: settingWithDefault(
      '--shard-rows <number>',
      'rows of a shard',
      wholeNumber({ least: 1, most: 100_000 }),
      256,
    ),
    workers: setting(
      '--workers <number>',
      'processes that read clips (default: one per core)',
      wholeNumber({ least: 1, most: 256 }),
    ),
  }),
  ...queueSettings,
  ...grouped('Decision:', {
    calibrate: setting(
      '--calibrate <folder>',
      'first set what counts as a false alarm by real videos of your own; the run keeps it',
      path,
    ),
    falseAlarms: settingWithDefault(
      '--false-alarms <percent>',
      'with --calibrate: of a hundred real clips, how many may be called fake',
      decimal({ above: 0, most: 50 }),
      5,
    ),
  }),
  ...grouped('Output:', {
    top: settingWithDefault(
      '--top <number>',
      'classes to name, most probable first',
      wholeNumber({ least: 1, most: 1000 }),
      3,
    ),
    threshold: setting(
      '--threshold <share>',
      'how probable an event of the timeline must be (default: 0.5; of events in time, as validation found best)',
      fraction,
    ),
    overlays: setting('--overlays <folder>', 'write frame and spectrogram with a map laid over them (PNG)', path),
    map: setting(
      '--map <name>',
      'what is laid over them, by a name that the run’s system has: evidence (of what sounds, the default) or attention (in the last block)',
      text,
    ),
    report: setting('--report <file>', 'write a page with all predictions and their maps (HTML)', path),
    truth: setting(
      '--truth <file>',
      'draw what this annotation file says of a video above what was found in it, in the report; again for more',
      texts,
    ),
    audacity: setting('--audacity <file>', 'write the events as a label track of Audacity', path),
    vtt: setting('--vtt <file>', 'write the events as subtitles (WebVTT)', path),
    csv: setting('--csv <file>', 'write the events of all files as a table', path),
    tsv: setting('--tsv <file>', 'write the events of all files as a table as DESED has it', path),
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
      /** Those of the result, where its system finds events. */
      readonly events?: readonly ScoredEvent[] | undefined;
      readonly headline: string;
      readonly shown: readonly Shown[];
    }
  | { readonly path: string; readonly error: string };
