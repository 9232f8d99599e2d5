// Localisation with its progress and its pictures, for `duet localise` and the demo.
import { exampleOfWindow } from '../pages/report-data.ts';
import type { LocalisationResult, PredictionExample } from '../report/report.ts';
import { type Localisation, type LocaliseOptions, localise } from '../train/localise.ts';
import type { Progress } from './progress.ts';

const examplesShown = 6;

/** Also gives the first clip of each of some classes with its pictures, and the scores as a page shows them. */
export async function localiseAndShow(
  options: LocaliseOptions,
  progress: Progress,
): Promise<{
  readonly localisation: Localisation;
  readonly examples: readonly PredictionExample[];
  readonly results: readonly LocalisationResult[];
}> {
  const examples = new Map<string, PredictionExample>();
  let phase: ReturnType<Progress['begin']> | undefined;
  const localisation = await localise({
    ...options,
    onProgress(done, total) {
      phase ??= progress.begin('look', total, { unit: 'clips' });
      phase.update(done);
    },
    async onClip({ id, label, boxes }, answer, inputs, classifier) {
      if (examples.has(label) || examples.size === examplesShown) return;
      const window = { ...inputs.window, ...answer, inputs };
      examples.set(label, await exampleOfWindow(classifier, window, id, { truth: label, box: boxes.box }));
    },
  });
  phase?.finish();
  const results = Object.entries(localisation.scores).map(([name, score]) => ({ name, ...score }));
  return { localisation, examples: [...examples.values()], results };
}
