import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readSafetensors } from '../../files/safetensors.ts';
import { nodeSessions } from '../../runtime/node.ts';
import { compareGoldenRun } from './compare-golden.ts';
import { readGoldenRun } from './golden.ts';

const golden = '../shared/golden/systems/uniav-two-tasks.safetensors';

// The reference's own suggestions; it was computed in double precision.
const tolerances = { targets: 1e-6, outputs: 1e-5, losses: 1e-5, gradients: 1e-4, trajectory: 1e-4, parameters: 1e-3 };

test.skipIf(!existsSync(golden))('two tasks agree with the reference run, and leave each other alone', async () => {
  const run = readGoldenRun(readSafetensors(readFileSync(golden), golden), golden);
  const comparisons = await compareGoldenRun(run, nodeSessions({ threads: 1 }));
  const counts = Object.fromEntries(Object.keys(tolerances).map((group) => [group, 0]));
  for (const { group, name, error } of comparisons) {
    expect(error, name).toBeLessThan(tolerances[group]);
    counts[group]!++;
  }
  // All but the biases of keys, whose gradients are zero: 20 of the 324 of a task and of all 386.
  expect(counts).toEqual({ targets: 3, outputs: 24, losses: 2, gradients: 608, trajectory: 3, parameters: 380 });
});

test('a file that is no reference run is refused in a sentence', () => {
  for (const config of [undefined, '{', '{"name": "other"}'])
    expect(() => readGoldenRun({ tensors: new Map(), metadata: { ...(config && { config }) } }, 'x')).toThrow(
      /^The configuration in the metadata of x is not as expected/,
    );
});
