// duet localise RUN DATA
import type { Command } from 'commander';
import { writeFileAtomic } from '../files/write-atomic-node.ts';
import { percent } from '../report/format.ts';
import { skippedSection } from '../report/skipped.ts';
import { textTable } from '../report/text-table.ts';
import type { Localisation } from '../run/localise-node.ts';
import {
  backboneSettings,
  examples,
  layoutSettings,
  machineSettings,
  missingSettings,
  outputSettings,
} from './common-settings.ts';
import { type Context, writeResult } from './context.ts';
import { choice, path } from './field.ts';
import { knownOf, sessionOptions } from './session-options.ts';
import { addSettings, grouped, setting, settingWithDefault, type ValuesOf, valuesOf } from './setting.ts';

const localiseSettings = {
  ...grouped('Input:', {
    split: settingWithDefault('--split <name>', 'which clips', choice(['test', 'val', 'train', 'all']), 'test'),
    splitFile: setting(
      '--split-file <file>',
      'JSON file that says which clip is in which split (default: the run’s, else the data’s own)',
      path,
    ),
  }),
  ...layoutSettings,
  ...backboneSettings,
  ...missingSettings,
  ...grouped('Output:', {
    report: setting('--report <file>', 'also write a page with maps and boxes over the pictures (HTML)', path),
  }),
  ...outputSettings,
  ...machineSettings,
};

export type LocaliseSettings = ValuesOf<typeof localiseSettings>;

/** What `localise --json` prints. */
export type LocaliseResult = Pick<Localisation, 'scores' | 'peakOnDistractor'> & {
  readonly split: string;
  readonly clips: number;
  readonly skippedFiles: readonly { readonly path: string; readonly reason: string }[];
};

export function addLocaliseCommand(program: Command, context: Context): void {
  const command: Command = program.command('localise').summary('test whether a run finds where the sound comes from');
  command
    .argument('<run>', 'folder that duet train wrote')
    .argument('<data>', 'data whose folder has an annotations.json that says in which box each clip sounds');
  command.description(
    'Compare the maps of a run with the boxes of the things that sound, and with guesses that look at nothing: centre error, overlap, and whether the peak is in the box.',
  );
  addSettings(command, localiseSettings);
  command.addHelpText(
    'after',
    examples(
      ['duet localise demo-run/run demo-run/clips', 'the test clips of the demo'],
      ['duet localise demo-run/run demo-run/clips --report where.html', 'with a page to look at'],
    ),
  );
  command.action((run: string, data: string) => runLocalise(run, data, valuesOf(command, localiseSettings), context));
}

async function runLocalise(run: string, data: string, settings: LocaliseSettings, context: Context): Promise<void> {
  const { localiseAndShow } = await import('./localise-run.ts');
  const progress = context.progress(settings.quiet);
  try {
    const session = sessionOptions(settings, await knownOf(settings, context, progress, 'takes what is known'));
    const { localisation, examples } = await localiseAndShow(
      { run, data, ...settings, session, signal: context.signal },
      progress,
    );
    if (settings.report !== undefined) {
      const [{ reportPage }, { pictureUri }, { localisationTable }] = await Promise.all([
        import('../report/page.ts'),
        import('../report/png-node.ts'),
        import('../run/localisation-table.ts'),
      ]);
      const skippedFiles = localisation.skipped.map(({ id, reason }) => ({ path: id, reason }));
      const page = await reportPage(
        {
          title: `Where ${data} sounds, after ${run}`,
          sections: [
            { id: 'examples', title: 'Examples', shown: examples },
            { id: 'localisation', title: 'Localisation', shown: [localisationTable(localisation.scores)] },
            skippedSection(skippedFiles),
          ],
          ...{ command: context.commandLine, configuration: settings },
        },
        pictureUri,
      );
      await writeFileAtomic(settings.report, page);
      progress.note(`Report: ${settings.report}`);
    }
    progress.end();
    const { scores, peakOnDistractor, clips, skipped } = localisation;
    const skippedFiles = skipped.map(({ id, reason }) => ({ path: id, reason }));
    writeResult(
      context,
      settings.json,
      { split: settings.split, clips: clips.length, scores, peakOnDistractor, skippedFiles },
      localiseText,
    );
  } finally {
    progress.end();
  }
}

/** The scores as people read them. */
export function localiseText({ scores, clips, peakOnDistractor, skippedFiles }: LocaliseResult): string {
  const rows = Object.entries(scores).map(([name, { centreError, iouAtHalf, auc, peakInBox }]) => [
    name,
    ...[centreError, iouAtHalf, auc, peakInBox].map((share) => percent(share)),
  ]);
  const silent =
    peakOnDistractor === undefined
      ? ''
      : `Evidence peaks on the silent thing in ${percent(peakOnDistractor)} of the clips.\n`;
  const skipped = skippedFiles.length === 0 ? '' : `${skippedFiles.length} clips could not be read.\n`;
  return `${textTable(['map', 'centre error', 'IoU ≥ 0.5', 'AUC', 'peak in box'], rows)}${clips} clips. ${silent}${skipped}`;
}
