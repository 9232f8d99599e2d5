// Whether real and fake clips of a data set differ in what their files are, before anybody looks at the pictures.
import { annotationOf } from './annotation.ts';
import { type Betrayal, betrayals, type JudgedFacts } from './container-check.ts';
import type { Example } from './dataset.ts';
import { type ProbeOptions, probeAll } from './probe-clips-node.ts';

/** Clips that are opened at most, spread over all. */
const mostClips = 1000;

/**
 * Every fact of the files, the most telling first; none where real or fake clips are missing. Clips that cannot be read
 * are left out.
 */
export async function checkContainers(examples: readonly Example[], options: ProbeOptions): Promise<Betrayal[]> {
  const known = examples.filter((example) => annotationOf(example, 'truth'));
  const kinds = new Set(known.map((example) => annotationOf(example, 'truth')!.real));
  if (kinds.size < 2) return [];
  const every = Math.ceil(known.length / mostClips);
  const chosen = known.filter((_, place) => place % every === 0);
  const clips: JudgedFacts[] = [];
  for await (const { example, probe } of probeAll(chosen, chosen.length, options))
    if ('facts' in probe) clips.push({ ...probe.facts, real: annotationOf(example, 'truth')!.real });
  return betrayals(clips);
}
