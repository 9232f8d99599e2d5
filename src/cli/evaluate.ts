// duet evaluate RUN DATA
import type { Command } from 'commander';
import { writeFileAtomic } from '../files/write-atomic-node.ts';
import { shownText } from '../report/shown-text.ts';
import type { EvaluateEvent, Evaluation } from '../run/evaluate-node.ts';
import { evaluationResult, evaluationShown } from '../run/evaluation-result.ts';
import {
  backboneSettings,
  examples,
  layoutSettings,
  loadingSettings,
  machineSettings,
  missingSettings,
  outputSettings,
} from './common-settings.ts';
import { type Context, writeResult } from './context.ts';
import { choice, path, toggle, wholeNumber } from './field.ts';
import type { Phase, Progress } from './progress.ts';
import { knownOf, sessionOptions } from './session-options.ts';
import { addSettings, grouped, setting, settingWithDefault, type ValuesOf, valuesOf } from './setting.ts';

const evaluateSettings = {
  ...grouped('Input:', {
    split: settingWithDefault('--split <name>', 'which clips', choice(['test', 'val', 'train', 'all']), 'test'),
    splitFile: setting(
      '--split-file <file>',
      'JSON file that says which clip is in which split (default: the run’s, else the data’s own)',
      path,
    ),
    byNames: settingWithDefault(
      '--by-names',
      'ask for the data’s own classes by their names, in the place of the trained ones, where the run knows classes by texts',
      toggle,
      false,
    ),
  }),
  ...layoutSettings,
  ...backboneSettings,
  ...missingSettings,
  ...grouped('Output:', {
    report: setting(
      '--report <file>',
      'also write a page with confusion matrix, classes and attention maps (HTML)',
      path,
    ),
    predictions: setting('--predictions <file>', 'also write one line per clip (JSONL)', path),
  }),
  ...outputSettings,
  ...grouped('Machine:', {
    batch: setting('--batch <clips>', 'most clips at once', wholeNumber({ least: 1, most: 65536 })),
  }),
  ...loadingSettings,
  ...machineSettings,
};

export type EvaluateSettings = ValuesOf<typeof evaluateSettings>;

export function addEvaluateCommand(program: Command, context: Context): void {
  const command: Command = program.command('evaluate').summary('test a trained run on labelled clips');
  command
    .argument('<run>', 'folder that duet train wrote')
    .argument('<data>', 'folder with one sub-folder per class or in a known layout, or a CSV or JSONL manifest');
  command.description(
    'Predict every clip of a split and compare with its label: accuracy, macro F1, and how well unrelated sound is distinguished from true sound.',
  );
  addSettings(command, evaluateSettings);
  command.addHelpText(
    'after',
    examples(
      ['duet evaluate runs/first videos', 'the test split, as a table'],
      [
        'duet evaluate runs/first videos --json > result.json',
        'accuracy, macroF1, backgroundAuc, clips, skipped, perClass as JSON',
      ],
      [
        'duet evaluate runs/first videos --split val --report report.html',
        'the validation split, with a page to look at',
      ],
      ['duet evaluate runs/events scenes --by-names', 'how well names that were never trained are found'],
    ),
  );
  command.action((run: string, data: string) => runEvaluate(run, data, valuesOf(command, evaluateSettings), context));
}

async function runEvaluate(run: string, data: string, settings: EvaluateSettings, context: Context): Promise<void> {
  const { evaluate } = await import('../run/evaluate-node.ts');
  const progress = context.progress(settings.quiet);
  const began = performance.now();
  try {
    const session = sessionOptions(settings, await knownOf(settings, context, progress, 'takes what is known'));
    const evaluation = await evaluate({
      run,
      data,
      layout: settings.layout,
      split: settings.split,
      splitFile: settings.splitFile,
      backbone: settings.backbone,
      missing: settings.missing,
      byNames: settings.byNames,
      batch: settings.batch,
      workers: settings.workers,
      session,
      signal: context.signal,
      onEvent: showEvaluation(progress),
    });
    if (settings.predictions !== undefined)
      await writeFileAtomic(settings.predictions, predictionLines(evaluation.scored.clips));
    if (settings.report !== undefined) {
      const { evaluationPage } = await import('../run/evaluation-page-node.ts');
      const seconds = (performance.now() - began) / 1000;
      const page = await evaluationPage(evaluation, {
        ...{ run, data, seconds, session, command: context.commandLine },
        ...{ split: settings.split, backbone: settings.backbone, missing: settings.missing },
        byNames: settings.byNames,
      });
      await writeFileAtomic(settings.report, page);
      progress.note(`Report: ${settings.report}`);
    }
    progress.end();
    const result = evaluationResult(evaluation, settings.split);
    writeResult(context, settings.json, result, () => shownText(evaluationShown(evaluation)));
  } finally {
    progress.end();
  }
}

/** A listener that shows the events of one evaluation. */
export function showEvaluation(progress: Progress): (event: EvaluateEvent) => void {
  let [decoding, scoring]: (Phase | undefined)[] = [];
  return (event) => {
    if (event.kind === 'prepare') {
      decoding ??= progress.begin('decode', event.total, { unit: 'clips' });
      decoding.update(event.done, event.failed > 0 ? `${event.failed} skipped` : '');
      return;
    }
    decoding?.finish();
    decoding = undefined;
    if (event.kind === 'scored') return scoring?.finish();
    scoring ??= progress.begin('predict', undefined, { unit: 'clips' });
    scoring.update(event.done);
  };
}

/** One JSON object a line: the clip, and what the system says of it. */
function predictionLines(clips: Evaluation['scored']['clips']): string {
  return clips.map((clip) => `${JSON.stringify(clip)}\n`).join('');
}
