// The page that shows what the demo did.
import { reportPage } from '../report/page.ts';
import type { LocalisationResult, PredictionExample } from '../report/report.ts';
import type { Evaluation } from '../train/evaluate.ts';
import { readRunConfig } from '../train/run-folder.ts';
import type { TrainResult } from '../train/train.ts';
import { trainingCurves } from './report-data.ts';

export type DemoShown = {
  readonly evaluation: Evaluation;
  readonly trained: TrainResult;
  readonly localisation: readonly LocalisationResult[];
  readonly examples: readonly PredictionExample[];
  readonly seconds: number;
  readonly run: string;
  readonly command: string;
};

/** The page that the demo ends with, as one HTML file. */
export async function demoPage({
  evaluation,
  trained,
  localisation,
  examples,
  seconds,
  run,
  command,
}: DemoShown): Promise<string> {
  const { accuracy, macroF1, backgroundAuc, clips, classes, skipped } = evaluation;
  return reportPage({
    title: 'Duet demo: what sounds here?',
    introduction:
      `A small adapter learned ${classes.length} kinds of sounding things from generated videos on this computer, ` +
      `and was then tested on ${clips.length} videos it had never seen. Some kinds look alike and some sound alike: only both together tell them apart.`,
    summary: {
      accuracy,
      macroF1,
      backgroundAuc,
      clips: clips.length,
      skipped: skipped.length,
      seconds,
      trainableParameters: trained.parameters.trainable,
    },
    curves: trainingCurves(trained.history, trained.best?.epoch),
    confusion: { classes, counts: evaluation.confusion },
    perClass: evaluation.perClass,
    calibration: evaluation.calibration,
    robustness: evaluation.robustness,
    examples,
    localisation,
    skipped: skipped.map(({ id, reason }) => ({ path: id, reason })),
    command,
    configuration: await readRunConfig(run),
  });
}
