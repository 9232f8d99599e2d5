import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readSafetensors } from '../../files/safetensors.ts';
import { nodeSessions } from '../../runtime/session-node.ts';
import type { ComparedGroup } from '../../train/comparison.ts';
import { readGoldenRun } from './golden.ts';
import { referenceRuns } from './reference-runs.ts';

const golden = '../shared/golden/systems/uniav-two-tasks.safetensors';

// The reference's own suggestions; it was computed in double precision.
const tolerances: Partial<Record<ComparedGroup, number>> = {
  outputs: 1e-5,
  losses: 1e-5,
  gradients: 1e-4,
  trajectory: 1e-4,
  parameters: 1e-3,
};

test.skipIf(!existsSync(golden))('two tasks agree with the reference run, and leave each other alone', async () => {
  const bytes = readFileSync(golden);
  expect(referenceRuns.reads(readSafetensors(bytes, golden).metadata)).toBe(true);
  const comparisons = await referenceRuns.compare(bytes, golden, nodeSessions({ threads: 1 }));
  const counts = Object.fromEntries(Object.keys(tolerances).map((group) => [group, 0]));
  for (const { group, name, error } of comparisons) {
    expect(error, name).toBeLessThan(tolerances[group]!);
    counts[group]!++;
  }
  // All but the biases of keys, whose gradients are zero: 20 of the 324 of a task and of all 386.
  expect(counts).toEqual({ outputs: 3 + 24, losses: 2, gradients: 608, trajectory: 3, parameters: 380 });
});

test('a file that is no reference run is refused in a sentence', () => {
  for (const config of [undefined, '{', '{"name": "other"}'])
    expect(() => readGoldenRun({ tensors: new Map(), metadata: { ...(config && { config }) } }, 'x')).toThrow(
      /^The configuration in the metadata of x is not as expected/,
    );
});
