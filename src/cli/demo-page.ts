// The page that shows what the demo did.
import { join } from 'node:path';
import { idealBackgroundAuc } from '../demo/ideal-observer.ts';
import { shortValue } from '../report/format.ts';
import { reportPage } from '../report/page.ts';
import { pictureUri } from '../report/png-node.ts';
import type { Shown, ShownSection } from '../report/shown.ts';
import { skippedSection } from '../report/skipped.ts';
import type { Evaluation } from '../run/evaluate-node.ts';
import { trainingSection } from '../run/evaluation-page-node.ts';
import { evaluationNumbers } from '../run/evaluation-result.ts';
import { readHistory } from '../run/history-node.ts';
import { localisationTable } from '../run/localisation-table.ts';
import type { Localisation } from '../run/localise-node.ts';
import { runFiles } from '../run/place.ts';
import { readRunConfig } from '../run/run-folder-node.ts';
import type { TrainResult } from '../run/train-node.ts';

export type DemoShown = {
  readonly evaluation: Evaluation;
  readonly trained: TrainResult;
  readonly localisation: Localisation['scores'];
  readonly examples: readonly Shown[];
  /** Sections of other systems. */
  readonly more: readonly ShownSection[];
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
  more,
  seconds,
  run,
  command,
}: DemoShown): Promise<string> {
  const { adapter, scored, clips, skipped } = evaluation;
  const history = await readHistory(join(run, runFiles.history));
  return reportPage(
    {
      title: 'Duet demo: what sounds here?',
      introduction:
        `A small adapter learned ${adapter.known.labels.length} kinds of sounding things from generated videos on this computer, ` +
        `and was then tested on ${clips} videos it had never seen. Some kinds look alike and some sound alike: only both together tell them apart. ` +
        `Two things are in view, and a swapped sound may fit the silent one: nobody could reach a background AUC above ${shortValue(idealBackgroundAuc())}.`,
      numbers: evaluationNumbers(evaluation, { seconds, trainable: trained.parameters.trainable }),
      sections: [
        trainingSection(adapter, history),
        { id: 'examples', title: 'Examples', shown: examples },
        ...scored.shown,
        { id: 'localisation', title: 'Localisation', shown: [localisationTable(localisation)] },
        ...more,
        skippedSection(skipped.map(({ id, reason }) => ({ path: id, reason }))),
      ],
      command,
      configuration: await readRunConfig(run),
    },
    pictureUri,
  );
}
