// duet search INDEX WORDS
import type { Command } from 'commander';
import { writeFileAtomic } from '../files/write-atomic-node.ts';
import { percent } from '../report/format.ts';
import { textTable } from '../report/text-table.ts';
import type { FoundMoments } from '../run/search-node.ts';
import { named } from '../search/query.ts';
import { backboneSettings, examples, machineSettings, outputSettings } from './common-settings.ts';
import { type Context, writeResult } from './context.ts';
import { fraction, path, toggle, wholeNumber } from './field.ts';
import { sessionOptions } from './session-options.ts';
import { addSettings, grouped, setting, settingWithDefault, type ValuesOf, valuesOf } from './setting.ts';

const searchSettings = {
  ...grouped('Input:', {
    run: setting('--run <folder>', 'for the page: where the run lies now, if not where the index says', path),
  }),
  ...backboneSettings,
  ...grouped('Output:', {
    top: settingWithDefault('--top <number>', 'moments at most', wholeNumber({ least: 1, most: 1000 }), 10),
    threshold: settingWithDefault('--threshold <share>', 'how sure a moment must be', fraction, 0.3),
    onePerFile: settingWithDefault('--one-per-file', 'only the best moment of each video', toggle, false),
    report: setting('--report <file>', 'also write a page that shows every moment (HTML)', path),
  }),
  ...outputSettings,
  ...machineSettings,
};

type SearchSettings = ValuesOf<typeof searchSettings>;

export function addSearchCommand(program: Command, context: Context): void {
  const command: Command = program.command('search').summary('find moments in an index of videos by words');
  command
    .argument('<index>', 'folder that duet index wrote')
    .argument('<words...>', 'what is looked for, in English, or as a class is called');
  command.description(
    'Find the moments of indexed videos that words describe. The words are spread over the classes that the run of ' +
      'the index has learnt, by meaning; what it has not learnt cannot be found. Where nothing fits, that is said.',
  );
  addSettings(command, searchSettings);
  command.addHelpText(
    'after',
    examples(
      ['duet search duet-index "a barking dog"', 'the ten best moments'],
      ['duet search duet-index dog --one-per-file --report dogs.html', 'a page with the best moment of each video'],
      [
        'duet search duet-index dog --json | jq -r ".moments[] | [.path, .start] | @tsv"',
        'for another program to read',
      ],
    ),
  );
  command.action((index: string, words: string[]) =>
    runSearch(index, words.join(' '), valuesOf(command, searchSettings), context),
  );
}

async function runSearch(index: string, words: string, settings: SearchSettings, context: Context): Promise<void> {
  const { searchIndex } = await import('../run/search-node.ts');
  const { top, threshold, onePerFile, report, json } = settings;
  const found = await searchIndex({ index, words, top, threshold, onePerFile });
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
  writeResult(context, json, { index, ...found }, () => foundText(index, found, threshold));
}

/** What was found as people read it. */
export function foundText(index: string, found: FoundMoments, threshold: number): string {
  const { words, classes, known, nearest, moments, best, windows } = found;
  if (windows === 0) return `${index} holds no videos yet.\n`;
  if (classes.length === 0)
    return (
      `Nothing fits "${words}": no class of ${index} is near it (the nearest is ${nearest.label}, ` +
      `${nearest.likeness.toFixed(2)} of 1). Its classes: ${named(known)}.\n`
    );
  const read = `"${words}" as ${classes.map(({ label, share }) => `${label} ${percent(share, 0)}`).join(', ')}`;
  if (moments.length === 0)
    return (
      `Nothing fits ${read}: the best of ${windows} windows reaches ${percent(best)}, ` +
      `below ${percent(threshold)}.\n`
    );
  const rows = moments.map(({ path, start, end, score }) => [
    path,
    percent(score),
    `${start.toFixed(1)} to ${end.toFixed(1)} s`,
  ]);
  return `${read}\n${textTable([], rows)}`;
}
