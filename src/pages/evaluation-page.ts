// An evaluation as a page: numbers, curves, confusions, calibration, and clips to look at.
import { join } from 'node:path';
import { labelOf } from '../data/annotation.ts';
import { examplesOf } from '../data/dataset.ts';
import type { MissingPolicy } from '../data/model-inputs.ts';
import { openDataset } from '../data/open-dataset-node.ts';
import { kindOfPath } from '../files/read-clearly.ts';
import { openClassifier } from '../infer/classifier.ts';
import { reportPage } from '../report/page.ts';
import { pictureUri } from '../report/png-node.ts';
import type { CardShown } from '../report/shown.ts';
import { skippedSection } from '../report/skipped.ts';
import type { SessionOptions } from '../runtime/session.ts';
import { cardOfWindow, scoredSections, trainingCurves } from '../systems/ma-avt/shown.ts';
import type { Evaluation } from '../train/evaluate.ts';
import { readRunConfig, runFiles } from '../train/run-folder.ts';
import { readHistory } from '../train/run-history.ts';
import { evaluationNumbers } from './evaluation-numbers.ts';

export type EvaluationContext = {
  readonly run: string;
  readonly data: string;
  readonly split: string;
  readonly backbone?: string | undefined;
  readonly missing: MissingPolicy;
  readonly session: SessionOptions;
  readonly seconds: number;
  readonly command: string;
};

/** The whole page, as HTML. */
export async function evaluationPage(evaluation: Evaluation, context: EvaluationContext): Promise<string> {
  const { run, data, split, seconds, command } = context;
  const history = await readHistory(join(run, runFiles.history));
  const isRun = (await kindOfPath(join(run, runFiles.config))) === 'file';
  return reportPage(
    {
      title: `${run} on ${data}`,
      introduction: `${evaluation.clips.length} ${split === 'all' ? '' : `${split} `}clips of ${evaluation.classes.length} classes.`,
      numbers: evaluationNumbers(evaluation, { seconds }),
      sections: [
        { id: 'curves', title: 'Training', shown: trainingCurves(history.epochs, history.kept ?? undefined) },
        { id: 'examples', title: 'Examples', shown: await clipExamples(evaluation, context) },
        ...scoredSections(evaluation),
        skippedSection(evaluation.skipped.map(({ id, reason }) => ({ path: id, reason }))),
      ],
      command,
      configuration: isRun ? await readRunConfig(run) : { run, data },
    },
    pictureUri,
  );
}

const examplesShown = 6;

/** Some clips with their attention: mistakes first, as they tell most, then one of each class. */
async function clipExamples(
  evaluation: Evaluation,
  { run, data, backbone, missing, session }: EvaluationContext,
): Promise<CardShown[]> {
  const dataset = await openDataset(data, { purpose: 'evaluate', layout: evaluation.layout });
  const examples = new Map(
    (['test', 'val', 'train'] as const)
      .flatMap((split) => examplesOf(dataset, split))
      .map((example) => [example.id, example]),
  );
  const right = ({ label, predicted }: Evaluation['clips'][number]) => predicted === label;
  const firstOfClass = evaluation.clips.filter(
    (clip, index, all) => right(clip) && all.findIndex((other) => other.label === clip.label && right(other)) === index,
  );
  const mistakes = evaluation.clips.filter((clip) => !right(clip)).slice(0, examplesShown / 2);
  const classifier = await openClassifier({ run, backbone, session, evidence: true });
  const shown: CardShown[] = [];
  try {
    for (const clip of [...mistakes, ...firstOfClass].slice(0, examplesShown)) {
      const example = examples.get(clip.id);
      if (example === undefined) continue;
      for await (const window of classifier.predict(example.media, { missing })) {
        shown.push(cardOfWindow(classifier, window, clip.id, { truth: labelOf(example) }));
        break;
      }
    }
  } finally {
    await classifier.release();
  }
  return shown;
}
