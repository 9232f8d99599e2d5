// duet evaluate RUN DATA
import type { Command } from 'commander';
import { writeFileAtomic } from '../files/write-atomic.ts';
import { countsText, percent } from '../report/format.ts';
import { shownText } from '../report/shown-text.ts';
import { classTable, robustnessRows } from '../systems/ma-avt/shown.ts';
import type { EvaluateEvent, Evaluation } from '../train/evaluate.ts';
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
import { choice, path, wholeNumber } from './field.ts';
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

/** What `evaluate --json` prints. Shares are in 0 ... 1. */
export type EvaluateResult = {
  readonly split: string;
  readonly accuracy: number;
  readonly macroF1: number;
  /** Absent for a model without background. */
  readonly backgroundAuc: number | undefined;
  readonly loss: number;
  readonly clips: number;
  readonly skipped: number;
  readonly perClass: Evaluation['perClass'];
  readonly confusion: { readonly classes: readonly string[]; readonly counts: Evaluation['confusion'] };
  readonly calibration: Evaluation['calibration'];
  /** Accuracy without picture and without sound; what pairs with another class's sound are taken for. */
  readonly robustness: Evaluation['robustness'];
  /** How many numbers the model consists of. */
  readonly parameters: Evaluation['parameters'];
  /** What computed it: cpu, where auto chose. */
  readonly provider: string;
  readonly skippedFiles: readonly { readonly path: string; readonly reason: string }[];
};

export function addEvaluateCommand(program: Command, context: Context): void {
  const command: Command = program.command('evaluate').summary('test a trained run on labelled clips');
  command
    .argument('<run>', 'folder that duet train wrote')
    .argument('<data>', 'folder with one sub-folder per class or in a known layout, or a CSV or JSONL manifest');
  command.description(
    'Predict every clip of a split and compare with its label: accuracy, macro F1, and how well unrelated sound is told from true sound.',
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
    ),
  );
  command.action((run: string, data: string) => runEvaluate(run, data, valuesOf(command, evaluateSettings), context));
}

async function runEvaluate(run: string, data: string, settings: EvaluateSettings, context: Context): Promise<void> {
  const { evaluate } = await import('../train/evaluate.ts');
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
      batch: settings.batch,
      workers: settings.workers,
      session,
      signal: context.signal,
      onEvent: showEvaluation(progress),
    });
    const result = evaluationResult(evaluation, settings.split);
    if (settings.predictions !== undefined) await writeFileAtomic(settings.predictions, predictionLines(evaluation));
    if (settings.report !== undefined) {
      const { evaluationPage } = await import('../pages/evaluation-page.ts');
      const seconds = (performance.now() - began) / 1000;
      const page = await evaluationPage(evaluation, {
        ...{ run, data, seconds, session, command: context.commandLine },
        ...{ split: settings.split, backbone: settings.backbone, missing: settings.missing },
      });
      await writeFileAtomic(settings.report, page);
      progress.note(`Report: ${settings.report}`);
    }
    progress.end();
    writeResult(context, settings.json, result, evaluateText);
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
    scoring ??= progress.begin('predict', event.total, { unit: 'clips' });
    scoring.update(event.done);
    if (event.done >= event.total) scoring.finish();
  };
}

/** What is printed of an evaluation. */
export function evaluationResult(evaluation: Evaluation, split: string): EvaluateResult {
  const {
    accuracy,
    macroF1,
    backgroundAuc,
    loss,
    perClass,
    classes,
    confusion,
    calibration,
    robustness,
    parameters,
    provider,
    skipped,
  } = evaluation;
  return {
    ...{ split, accuracy, macroF1, backgroundAuc, loss, perClass, calibration, robustness, parameters, provider },
    clips: evaluation.clips.length,
    skipped: skipped.length,
    confusion: { classes, counts: confusion },
    skippedFiles: skipped.map(({ id, reason }) => ({ path: id, reason })),
  };
}

/** One JSON object a line: the clip, its class, the prediction and all probabilities. */
function predictionLines({ clips, classes }: Evaluation): string {
  const lines = clips.map(({ id, label, predicted, probabilities, backgroundLogit }) => {
    const named = Object.fromEntries(classes.map((name, index) => [name, probabilities[index]]));
    return JSON.stringify({
      path: id,
      label: classes[label],
      predicted: classes[predicted],
      probabilities: named,
      backgroundLogit,
    });
  });
  return lines.map((line) => `${line}\n`).join('');
}

/** The result as people read it. */
export function evaluateText(result: EvaluateResult): string {
  const numbers: (readonly [string, string])[] = [
    ['accuracy', percent(result.accuracy)],
    ['macro F1', percent(result.macroF1)],
    ...(result.backgroundAuc === undefined ? [] : [['background AUC', result.backgroundAuc.toFixed(3)] as const]),
    ['calibration error', percent(result.calibration.expectedError)],
    ...(result.robustness === undefined ? [] : robustnessRows(result.robustness)),
    ['clips', String(result.clips)],
    ['skipped', String(result.skipped)],
    ['parameters', countsText(result.parameters)],
    ['computed on', result.provider],
  ];
  return shownText([{ kind: 'numbers', rows: numbers }, classTable(result.perClass)]);
}
