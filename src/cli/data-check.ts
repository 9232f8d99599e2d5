// duet data check DATA
import type { Command } from 'commander';
import type { CheckProgress, DataCheck } from '../data/check-data-node.ts';
import type { EventFinding } from '../data/check-events.ts';
import { splitNames } from '../data/dataset.ts';
import { percent } from '../report/format.ts';
import { factLines, textTable } from '../report/text-table.ts';
import { allSystems, recipeNamed, recipeNames } from '../systems/registry.ts';
import { examples, layoutSettings, loadingSettings, outputSettings } from './common-settings.ts';
import { type Context, writeResult } from './context.ts';
import { exitCodes } from './errors.ts';
import { choice, path } from './field.ts';
import type { Phase, Progress } from './progress.ts';
import { addSettings, grouped, setting, type ValuesOf, valuesOf } from './setting.ts';

const checkSettings = {
  ...layoutSettings,
  ...grouped('Input:', {
    splitFile: setting('--split-file <file>', 'JSON file that says which clip is in which split', path),
    recipe: setting(
      '--recipe <name>',
      'check for what this recipe of train learns from (default: classes, or events where only those are there)',
      choice(await recipeNames()),
    ),
    missing: setting(
      '--missing <what>',
      'whether clips without picture or without sound can be used (default: as the recipe has it, else error)',
      choice(['error', 'zero']),
    ),
  }),
  ...outputSettings,
  ...loadingSettings,
};

export function addDataCheckCommand(data: Command, context: Context): void {
  const command: Command = data.command('check').summary('find what is missing, broken, silent or there twice');
  command.argument('<data>', 'folder with one sub-folder per class or in a known layout, or a CSV or JSONL manifest');
  command.description(
    'Open every clip and compare the files: listed clips without a file, files that cannot be read or are cut short, clips without picture or ' +
      'sound, silent ones, annotations past the end of the file, events that no model could learn from, facts of the files that betray fakes, duplicates within and across splits, and classes with few clips. The exit code is 1 if training could not run.',
  );
  addSettings(command, checkSettings);
  command.addHelpText(
    'after',
    examples(
      ['duet data check videos', 'a summary, and the first of each kind of trouble'],
      ['duet data check scenes --recipe events', 'whether what happens when can be learned'],
      ['duet data check AVE_Dataset --layout ave-segments', 'a published layout, read as one of two tasks'],
      ['duet data check VGGSound --json > check.json', 'all of it, with the name of every clip'],
    ),
  );
  command.action((given: string) => runCheck(given, valuesOf(command, checkSettings), context));
}

async function runCheck(data: string, settings: ValuesOf<typeof checkSettings>, context: Context): Promise<void> {
  const [{ checkData }, { readSplitFile }] = await Promise.all([
    import('../data/check-data-node.ts'),
    import('../data/split-file-node.ts'),
  ]);
  const { layout, workers, splitFile, recipe } = settings;
  const chosen = recipe === undefined ? undefined : await recipeNamed(recipe);
  const locating =
    chosen ?? (await recipeNamed((await allSystems()).find(({ eventLimits }) => eventLimits)?.usualRecipe));
  const progress = context.progress(settings.quiet);
  try {
    const check = await checkData(data, {
      ...{ layout, workers, signal: context.signal, annotation: chosen?.system.annotation },
      missing: settings.missing ?? chosen?.settings.missing,
      eventLimits: locating.system.eventLimits?.(locating.settings),
      splits: splitFile === undefined ? undefined : await readSplitFile(splitFile),
      onProgress: showCheck(progress),
    });
    progress.end();
    writeResult(context, settings.json, check, checkText);
    if (check.blocking.length > 0) context.setExitCode(exitCodes.failure);
  } finally {
    progress.end();
  }
}

function showCheck(progress: Progress): (event: CheckProgress) => void {
  const phases = new Map<CheckProgress['stage'], Phase>();
  return ({ stage, done, total, found }) => {
    const phase = phases.get(stage) ?? progress.begin(stage, total, { unit: stage === 'read' ? 'clips' : 'files' });
    phases.set(stage, phase);
    phase.update(done, found > 0 ? `${found} not usable` : '');
    if (done >= total) phase.finish();
  };
}

const mostShown = 5;

/** The check as people read it: the counts, then the first of each kind of trouble, then the verdict. */
export function checkText(check: DataCheck): string {
  const { layout, splitOrigin, clips, classes, duplicates } = check;
  const ids = (findings: readonly { readonly id: string; readonly reason?: string }[]) =>
    findings.map(({ id, reason }) => (reason === undefined ? id : `${id}: ${reason}`));
  const same = (isAcrossSplits: boolean) =>
    duplicates
      .filter((duplicate) => duplicate.isAcrossSplits === isAcrossSplits)
      .map((duplicate) => duplicate.clips.map(({ id, split, label }) => `${id} (${split}, ${label})`).join(' = '));
  const facts = factLines([
    ['layout', layout],
    ['splits', splitOrigin],
    ['clips', String(clips)],
  ]);
  const rows = classes.map(({ name, ...counts }) => [name, ...splitNames.map((split) => String(counts[split]))]);
  const sections = [
    section('listed, but without a file', ids(check.missing)),
    section('broken or cut short', ids(check.broken)),
    section('without picture', ids(check.withoutPicture)),
    section('without sound', ids(check.withoutSound)),
    section('silent', ids(check.silent)),
    section(
      'annotated past the end of the file',
      check.pastEnd.map(({ id, seconds }) => `${id}: ends ${seconds.toFixed(1)} s after the file`),
    ),
    ...eventSections(check.events),
    section(
      'facts of the files that betray the fakes',
      check.betrayals.flatMap(({ fact, auc, isTelling }) =>
        isTelling ? [`${fact}: area under ROC ${percent(auc)} by itself`] : [],
      ),
    ),
    section('the same in more than one split', same(true)),
    section('the same within a split', same(false)),
    section('classes with few clips', check.scarce),
    section(
      'ignored',
      check.ignored.map(({ path: file, reason }) => `${file}: ${reason}`),
    ),
  ];
  const verdict =
    check.blocking.length > 0
      ? ['Training could not run:', ...firstOf(check.blocking)].join('\n')
      : 'Training could run.';
  return [facts, textTable(['usable clips', ...splitNames], rows), ...sections, `${verdict}\n`]
    .filter((part) => part !== '')
    .join('\n');
}

/** Of data that says what happens when. */
function eventSections(events: DataCheck['events']): string[] {
  if (!events) return [];
  const named = (findings: readonly EventFinding[]) =>
    findings.map(({ clip, start, end, label }) => `${clip}: ${label}, ${start} s to ${end} s`);
  return [
    section('events that end before they start', named(events.reversed)),
    section('events outside of their clip', named(events.outside)),
    section('events that overlap one of their class', named(events.overlapping)),
    section('events too short to be located', named(events.tooShort)),
    section('events longer than what is looked at together', named(events.tooLong)),
    section('events heard without sound, or seen without picture', named(events.imperceptible)),
    section(
      'classes with few events',
      events.scarce.map(({ label, events: count }) => `${label}: ${count}`),
    ),
  ];
}

function section(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? '' : `${[`${lines.length} ${title}:`, ...firstOf(lines)].join('\n')}\n`;
}

function firstOf(lines: readonly string[]): string[] {
  const more = lines.length > mostShown ? [`and ${lines.length - mostShown} more; --json names all`] : [];
  return [...lines.slice(0, mostShown), ...more].map((line) => `  ${line}`);
}
