// Localisation with its progress and its pictures, for `duet localise` and the demo.
import type { CardShown } from '../report/shown.ts';
import { cardOfWindow } from '../systems/ma-avt/shown.ts';
import { type Localisation, type LocaliseOptions, localise } from '../train/localise.ts';
import type { Progress } from './progress.ts';

const examplesShown = 6;

/** Also gives the first clip of each of some classes with its pictures. */
export async function localiseAndShow(
  options: LocaliseOptions,
  progress: Progress,
): Promise<{
  readonly localisation: Localisation;
  readonly examples: readonly CardShown[];
}> {
  const examples = new Map<string, CardShown>();
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
      examples.set(label, cardOfWindow(classifier, window, id, { truth: label, box: boxes.box }));
    },
  });
  phase?.finish();
  return { localisation, examples: [...examples.values()] };
}
