// The page that shows what the demo did.
import { reportPage } from '../report/page.ts';
import { pictureUri } from '../report/png-node.ts';
import type { CardShown } from '../report/shown.ts';
import { skippedSection } from '../report/skipped.ts';
import { scoredSections, trainingCurves } from '../systems/ma-avt/shown.ts';
import type { Evaluation } from '../train/evaluate.ts';
import type { Localisation } from '../train/localise.ts';
import { readRunConfig } from '../train/run-folder.ts';
import type { TrainResult } from '../train/train.ts';
import { evaluationNumbers } from './evaluation-numbers.ts';
import { localisationTable } from './localisation-table.ts';

export type DemoShown = {
  readonly evaluation: Evaluation;
  readonly trained: TrainResult;
  readonly localisation: Localisation['scores'];
  readonly examples: readonly CardShown[];
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
  const { clips, classes, skipped } = evaluation;
  return reportPage(
    {
      title: 'Duet demo: what sounds here?',
      introduction:
        `A small adapter learned ${classes.length} kinds of sounding things from generated videos on this computer, ` +
        `and was then tested on ${clips.length} videos it had never seen. Some kinds look alike and some sound alike: only both together tell them apart.`,
      numbers: evaluationNumbers(evaluation, { seconds, trainable: trained.parameters.trainable }),
      sections: [
        { id: 'curves', title: 'Training', shown: trainingCurves(trained.history, trained.best?.epoch) },
        { id: 'examples', title: 'Examples', shown: examples },
        ...scoredSections(evaluation),
        { id: 'localisation', title: 'Localisation', shown: [localisationTable(localisation)] },
        skippedSection(skipped.map(({ id, reason }) => ({ path: id, reason }))),
      ],
      command,
      configuration: await readRunConfig(run),
    },
    pictureUri,
  );
}
