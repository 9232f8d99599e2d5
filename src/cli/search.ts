// duet search INDEX WORDS
import type { Command } from 'commander';
import { kindOfPath } from '../files/read-clearly-node.ts';
import { writeFileAtomic } from '../files/write-atomic-node.ts';
import { percent } from '../report/format.ts';
import { textTable } from '../report/text-table.ts';
import type { CutMoment } from '../run/cut-moments-node.ts';
import type { FoundMoments } from '../run/search-node.ts';
import { named } from '../search/query.ts';
import { backboneSettings, examples, machineSettings, outputSettings } from './common-settings.ts';
import { type Context, writeResult } from './context.ts';
import { type Field, fraction, path, text, toggle, wholeNumber } from './field.ts';
import { sessionOptions } from './session-options.ts';
import { addSettings, grouped, setting, settingWithDefault, type ValuesOf, valuesOf } from './setting.ts';

const usualIndex = 'duet-index';
/** Of an index of classes, as searchIndex has it. */
const classThreshold = 0.3;

/** `holiday.mp4@12.5` */
const momentOf: Field<{ readonly path: string; readonly seconds: number }> = {
  expected: 'a video and a time, such as holiday.mp4@12.5',
  accept(value) {
    const found = typeof value === 'string' ? /^(.+)@(\d+(?:\.\d+)?)$/.exec(value) : null;
    return found ? { path: found[1]!, seconds: Number(found[2]) } : undefined;
  },
  fromText: (given) => given,
};

const searchSettings = {
  ...grouped('Input:', {
    not: setting('--not <words>', 'what is not wanted', text),
    sound: setting('--sound <file>', 'what it sounds like', path),
    picture: setting('--picture <file>', 'what it looks like', path),
    clip: setting('--clip <file>', 'what it looks and sounds like', path),
    near: setting('--near <file@seconds>', 'like this moment of an indexed video', momentOf),
    run: setting('--run <folder>', 'where the run lies now, if not where the index says', path),
  }),
  ...backboneSettings,
  ...grouped('Output:', {
    top: settingWithDefault('--top <number>', 'moments at most', wholeNumber({ least: 1, most: 1000 }), 10),
    threshold: setting(
      '--threshold <share>',
      'how sure a moment must be (default: 0.98 for words, 0.3 in an index of classes, else 0)',
      fraction,
    ),
    onePerFile: settingWithDefault('--one-per-file', 'only the best moment of each video', toggle, false),
    report: setting('--report <file>', 'also write a page that shows every moment (HTML)', path),
    clips: setting('--clips <folder>', 'also cut every moment out of its video, without encoding it again', path),
  }),
  ...outputSettings,
  ...machineSettings,
};

type SearchSettings = ValuesOf<typeof searchSettings>;

export function addSearchCommand(program: Command, context: Context): void {
  const command: Command = program.command('search').summary('find moments in an index of videos by words');
  command.argument(
    '[words...]',
    'what is looked for, in English, after the folder of the index if it is not duet-index',
  );
  command.description(
    'Find the moments of indexed videos that words describe, or that look or sound like a file. Several together ' +
      'add up. Where nothing fits, that is said. In an index of a run’s classes, words find those classes alone.',
  );
  addSettings(command, searchSettings);
  command.addHelpText(
    'after',
    examples(
      ['duet search "dog barking at the sea"', 'the ten best moments in duet-index'],
      ['duet search --sound bark.wav --not indoors', 'what sounds like a file'],
      ['duet search "a waterfall" --clips found', 'the ten best moments as files of their own'],
      ['duet search archive --near holiday.mp4@12.5', 'what is like a moment, in another index'],
      ['duet search duet-index dog --one-per-file --report dogs.html', 'a page with the best moment of each video'],
      [
        'duet search duet-index dog --json | jq -r ".moments[] | [.path, .start] | @tsv"',
        'for another program to read',
      ],
    ),
  );
  command.action(async (given: string[]) => {
    const [first, ...others] = given;
    const namesIndex = first !== undefined && (await kindOfPath(first)) === 'folder';
    const words = (namesIndex ? others : given).join(' ');
    await runSearch(namesIndex ? first : usualIndex, words, valuesOf(command, searchSettings), context);
  });
}

async function runSearch(index: string, words: string, settings: SearchSettings, context: Context): Promise<void> {
  const { searchIndex } = await import('../run/search-node.ts');
  const { top, threshold, onePerFile, report, clips, json, not, sound, picture, clip, near, run, backbone } = settings;
  const isByExample = [sound, picture, clip, near].some((one) => one !== undefined);
  const query = { words: words === '' && isByExample ? undefined : words, not, sound, picture, clip, near };
  const found = await searchIndex({ index, ...query, top, threshold, onePerFile, run, backbone });
  if (report !== undefined) {
    const progress = context.progress(settings.quiet);
    try {
      const { searchReport } = await import('./search-report.ts');
      const phase = progress.begin('reading moments', found.moments.length);
      const session = sessionOptions(settings);
      const page = await searchReport(found, {
        ...{ index, settings, session, command: context.commandLine, signal: context.signal },
        onMoment: (done) => phase.update(done),
      });
      await writeFileAtomic(report, page);
      progress.note(`Report: ${report}`);
    } finally {
      progress.end();
    }
  }
  const { cutMoments } = await import('../run/cut-moments-node.ts');
  const cut = clips === undefined ? undefined : await cutMoments(found.moments, clips, context.signal);
  writeResult(context, json, { index, ...found, ...(cut && { clips: cut }) }, () =>
    [foundText(index, found, threshold), ...(cut ? [cutText(cut)] : [])].join(''),
  );
}

/** Which moments were cut out, and why others were not. */
function cutText(cut: readonly CutMoment[]): string {
  const kept = cut.filter((one) => one.reason !== undefined).map(({ reason }) => `Not cut: ${reason}\n`);
  const files = cut.flatMap(({ clip }) => (clip === undefined ? [] : [clip]));
  return `${files.map((file) => `Cut out: ${file}\n`).join('')}${kept.join('')}`;
}

/** What was found as people read it. */
export function foundText(index: string, found: FoundMoments, threshold: number | undefined): string {
  const { words, classes, known, nearest, moments, best, windows } = found;
  if (windows === 0) return `${index} holds no videos yet.\n`;
  if (known.length === 0 && moments.length === 0)
    return `Nothing fits ${words}: the best of ${windows} windows reaches ${percent(best)}.\n`;
  if (known.length > 0 && classes.length === 0)
    return (
      `Nothing fits "${words}": no class of ${index} is near it (the nearest is ${nearest.label}, ` +
      `${nearest.likeness.toFixed(2)} of 1). Its classes: ${named(known)}.\n`
    );
  const read =
    known.length === 0
      ? words
      : `"${words}" as ${classes.map(({ label, share }) => `${label} ${percent(share, 0)}`).join(', ')}`;
  if (moments.length === 0)
    return (
      `Nothing fits ${read}: the best of ${windows} windows reaches ${percent(best)}, ` +
      `below ${percent(threshold ?? classThreshold)}.\n`
    );
  const rows = moments.map(({ path, start, end, score }) => [
    path,
    percent(score),
    `${start.toFixed(1)} to ${end.toFixed(1)} s`,
  ]);
  return `${read}\n${textTable([], rows)}`;
}
