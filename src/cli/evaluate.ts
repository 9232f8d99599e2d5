// duet evaluate RUN DATA
import type { Command } from 'commander';
import { DuetError } from '../errors.ts';
import { percent } from '../report/format.ts';
import { backboneSettings, examples, loadingSettings, machineSettings, missingSettings, outputSettings } from './common-settings.ts';
import { type Context, writeResult } from './context.ts';
import { choice, path, wholeNumber } from './field.ts';
import { addSettings, grouped, setting, settingWithDefault, type ValuesOf, valuesOf } from './setting.ts';
import { textTable } from './text-table.ts';

const evaluateSettings = {
  ...grouped('Input:', {
    split: settingWithDefault('--split <name>', 'which clips', choice(['test', 'val', 'train', 'all']), 'test'),
    splitFile: setting(
      '--split-file <file>',
      'JSON file that says which clip is in which split (default: the data’s own, else the run’s)',
      path,
    ),
  }),
  ...backboneSettings,
  ...missingSettings,
  ...grouped('Output:', {
    report: setting('--report <file>', 'also write a page with confusion matrix, classes and attention maps (HTML)', path),
    predictions: setting('--predictions <file>', 'also write one line per clip (JSONL)', path),
  }),
  ...outputSettings,
  ...grouped('Machine:', { batch: setting('--batch <clips>', 'clips at once', wholeNumber({ least: 1, most: 65536 })) }),
  ...loadingSettings,
  ...machineSettings,
};

export type EvaluateSettings = ValuesOf<typeof evaluateSettings>;

/** What `evaluate --json` prints at least. Shares are in 0 ... 1. */
export type EvaluateResult = {
  readonly accuracy: number;
  readonly macroF1: number;
  /** Absent for a model without background. */
  readonly backgroundAuc?: number | undefined;
  readonly clips: number;
  readonly skipped: number;
  readonly perClass: readonly {
    readonly name: string;
    readonly precision: number;
    readonly recall: number;
    readonly f1: number;
    readonly clips: number;
  }[];
};

export function addEvaluateCommand(program: Command, context: Context): void {
  const command: Command = program.command('evaluate').summary('test a trained run on labelled clips');
  command
    .argument('<run>', 'folder that duet train wrote')
    .argument('<data>', 'folder with one sub-folder per class, or a CSV or JSONL manifest');
  command.description(
    'Predict every clip of a split and compare with its label: accuracy, macro F1, and how well unrelated sound is told from true sound.',
  );
  addSettings(command, evaluateSettings);
  command.addHelpText(
    'after',
    examples(
      ['duet evaluate runs/first videos', 'the test split, as a table'],
      ['duet evaluate runs/first videos --json > result.json', 'accuracy, macroF1, backgroundAuc, clips, skipped, perClass as JSON'],
      ['duet evaluate runs/first videos --split val --report report.html', 'the validation split, with a page to look at'],
    ),
  );
  command.action((run: string, data: string) => runEvaluate(run, data, valuesOf(command, evaluateSettings), context));
}

async function runEvaluate(_run: string, _data: string, settings: EvaluateSettings, context: Context): Promise<void> {
  const result = await evaluateRun();
  writeResult(context, settings.json, result, evaluateText);
}

async function evaluateRun(): Promise<EvaluateResult> {
  throw new DuetError('Evaluating is not available yet.');
}

/** The result as people read it. */
export function evaluateText(result: EvaluateResult): string {
  const numbers: (readonly [string, string])[] = [
    ['accuracy', percent(result.accuracy)],
    ['macro F1', percent(result.macroF1)],
    ...(result.backgroundAuc === undefined ? [] : [['background AUC', result.backgroundAuc.toFixed(3)] as const]),
    ['clips', String(result.clips)],
    ['skipped', String(result.skipped)],
  ];
  const classes = result.perClass.map((row) => [row.name, percent(row.f1), percent(row.precision), percent(row.recall), String(row.clips)]);
  return `${textTable([], numbers)}\n${textTable(['class', 'F1', 'precision', 'recall', 'clips'], classes)}`;
}
