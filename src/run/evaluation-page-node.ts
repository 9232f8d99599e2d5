// An evaluation as a page: numbers, curves, the system's own sections, and clips to look at.
import { join } from 'node:path';
import { labelOf } from '../data/annotation.ts';
import type { MissingPolicy } from '../data/model-inputs.ts';
import { kindOfPath } from '../files/read-clearly-node.ts';
import { reportPage } from '../report/page.ts';
import { pictureUri } from '../report/png-node.ts';
import type { Shown, ShownSection } from '../report/shown.ts';
import { skippedSection } from '../report/skipped.ts';
import type { SessionOptions } from '../runtime/session.ts';
import type { Adapter } from './adapter.ts';
import { withOverviews } from './clip-overview.ts';
import type { Evaluation } from './evaluate-node.ts';
import { containerSection, evaluationNumbers } from './evaluation-result.ts';
import { type RunHistory, readHistory } from './history-node.ts';
import { runFiles } from './place.ts';
import { openFilePredictor } from './predict-node.ts';
import { readRunConfig } from './run-folder-node.ts';

export type EvaluationContext = {
  readonly run: string;
  readonly data: string;
  readonly split: string;
  readonly backbone?: string | undefined;
  readonly missing: MissingPolicy;
  /** Whether the data's own names were asked for. */
  readonly byNames?: boolean | undefined;
  readonly session: SessionOptions;
  readonly seconds: number;
  readonly command: string;
};

/** The whole page, as HTML. */
export async function evaluationPage(evaluation: Evaluation, context: EvaluationContext): Promise<string> {
  const { run, data, split, seconds, command } = context;
  const { adapter, scored, skipped, clips } = evaluation;
  const classes = adapter.known.labels.length;
  const isRun = (await kindOfPath(join(run, runFiles.config))) === 'file';
  return reportPage(
    {
      title: `${run} on ${data}`,
      introduction: `${clips} ${split === 'all' ? '' : `${split} `}clips${classes === 0 ? '' : `, ${classes} classes`}.`,
      numbers: evaluationNumbers(evaluation, { seconds }),
      sections: [
        trainingSection(adapter, await readHistory(join(run, runFiles.history))),
        { id: 'examples', title: 'Examples', shown: await tellingClips(evaluation, context) },
        ...scored.shown,
        containerSection(evaluation),
        skippedSection(skipped.map(({ id, reason }) => ({ path: id, reason }))),
      ],
      command,
      configuration: isRun ? await readRunConfig(run) : { run, data },
    },
    pictureUri,
  );
}

/** The training's curves, and what the system measured beside its metrics. */
export function trainingSection({ system, open }: Adapter, { epochs, kept, diagnosis }: RunHistory): ShownSection {
  const measured = diagnosis.map(({ epoch, value }) => ({ epoch, value }));
  return {
    id: 'curves',
    title: 'Training',
    shown: [...system.curves(epochs, kept ?? undefined), ...(open.diagnose?.shown(measured) ?? [])],
  };
}

/** Some clips one by one, each by its first window. */
async function tellingClips(
  { scored, dataset, adapter }: Evaluation,
  { run, backbone, missing, session, byNames }: EvaluationContext,
): Promise<Shown[]> {
  const examples = new Map(dataset.examples.map((example) => [example.id, example]));
  const prompts = byNames ? adapter.known.labels : undefined;
  const predictor = await openFilePredictor({ run, backbone, session, missing, prompts, shown: true });
  const shown: Shown[] = [];
  try {
    for (const id of scored.telling) {
      const example = examples.get(id);
      if (example === undefined) continue;
      const media = await predictor.reader.open(example.media);
      try {
        for await (const { window, answer } of predictor.predictMedia(media)) {
          const about = { name: id, window, answer, truth: labelOf(example), annotations: example.annotations };
          shown.push(...(await withOverviews(adapter.open.shown(predictor.result([answer]), [about]), media)));
          break;
        }
      } finally {
        await media.close();
      }
    }
  } finally {
    await predictor.release();
  }
  return shown;
}
