// Localisation with its progress and its pictures, for `duet localise` and the demo.
import type { Shown } from '../report/shown.ts';
import { type Localisation, type LocaliseOptions, localise } from '../run/localise-node.ts';
import type { Progress } from './progress.ts';

const examplesShown = 6;

/** Also gives the first clip of each of some classes with its pictures. */
export async function localiseAndShow(
  options: LocaliseOptions,
  progress: Progress,
): Promise<{
  readonly localisation: Localisation;
  readonly examples: readonly Shown[];
}> {
  const examples = new Map<string, readonly Shown[]>();
  let phase: ReturnType<Progress['begin']> | undefined;
  const localisation = await localise({
    ...options,
    onProgress(done, total) {
      phase ??= progress.begin('look', total, { unit: 'clips' });
      phase.update(done);
    },
    async onClip({ id, label, boxes }, { window, answer }, { adapter, result }) {
      if (examples.has(label) || examples.size === examplesShown) return;
      const shown = [{ name: id, window, answer, truth: label, box: boxes.box }];
      examples.set(label, adapter.open.shown(result([answer]), shown));
    },
  });
  phase?.finish();
  return { localisation, examples: [...examples.values()].flat() };
}
