import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readSafetensors } from '../../files/safetensors.ts';
import { fromFloat32, toFloat32 } from '../../files/tensor-values.ts';
import { comparePost } from './compare-post.ts';

const golden = '../shared/golden/systems/uniav-post.safetensors';
const toleranceOf = (group: string) => (group === 'metrics' ? 1e-6 : 1e-5);

test.skipIf(!existsSync(golden))('proposals, events and metrics agree with the release and its evaluators', () => {
  const file = readSafetensors(readFileSync(golden), golden);
  const comparisons = comparePost(file, golden);
  for (const { group, name, error } of comparisons) expect(error, name).toBeLessThan(toleranceOf(group));
  // Three cases; mean and class precisions, F1 of events and of seconds, both scenarios of PSDS.
  expect(comparisons).toHaveLength(3 * 3 + 5);

  const changed = toFloat32(file.tensors.get('sed.psds')!).map((value) => value + 1e-4);
  const tampered = { ...file, tensors: new Map([...file.tensors, ['sed.psds', fromFloat32(changed, [2])] as const]) };
  const failed = comparePost(tampered, golden).filter(({ group, error }) => error >= toleranceOf(group));
  expect(failed.map(({ name }) => name)).toEqual(['sed.psds']);
});
