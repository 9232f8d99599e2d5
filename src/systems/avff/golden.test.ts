import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readSafetensors } from '../../files/safetensors.ts';
import { nodeSessions } from '../../runtime/session-node.ts';
import { compareGoldenRun } from './compare-golden.ts';
import { readGoldenRun } from './golden.ts';

const folder = '../shared/golden/systems';

// Ten times what one run in single precision had.
const tolerances = {
  outputs: 1e-5,
  losses: 1e-5,
  attention: 0,
  gradients: 1e-5,
  trajectory: 1e-5,
  parameters: 1e-4,
  metrics: 0,
};

describe.skipIf(!existsSync(folder))('AVFF in single precision agrees with the reference run', () => {
  test.each(['avff-stage1', 'avff-stage2'])('%s', async (name) => {
    const path = `${folder}/${name}.safetensors`;
    const bytes = readFileSync(path);
    const comparisons = await compareGoldenRun(readGoldenRun(bytes, path), nodeSessions({ threads: 1 }));
    for (const { group, name, error } of comparisons)
      expect(error, `${group}: ${name}`).toBeLessThan(tolerances[group]);
    const recorded = [...readSafetensors(bytes, path).tensors.keys()].filter(
      (key) => /^(output|grad|trajectory|after5)\./.test(key) && !key.endsWith('critic.fc2.bias'),
    );
    expect(comparisons.map(({ name }) => name).sort()).toEqual(recorded.sort());
  });
});
