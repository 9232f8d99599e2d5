import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readSafetensors, writeSafetensors } from '../../files/safetensors.ts';
import { fromFloat32 } from '../../files/tensor-values.ts';
import { nodeSessions } from '../../runtime/session-node.ts';
import type { Comparison } from '../../train/comparison.ts';
import { referenceRuns } from './reference-runs.ts';

const folder = new URL('../../../../shared/golden/systems/', import.meta.url);
const openSession = nodeSessions({ threads: 1 });

describe.skipIf(!existsSync(folder))('in single precision, the engine that trains agrees with', () => {
  const tolerances: Record<Comparison['group'], number> = {
    ...{
      attention: 0,
      outputs: 1e-4,
      losses: 1e-5,
      gradients: 1e-3,
      trajectory: 1e-4,
      parameters: 1e-3,
      metrics: 1e-4,
    },
  };
  test.each([
    ['avsepchain-mini', ['outputs', 'losses', 'gradients', 'trajectory', 'parameters']],
    ['avsepchain-mask-mini', ['outputs', 'losses', 'gradients', 'trajectory', 'parameters']],
    ['avsepchain-metrics', ['metrics']],
  ])('%s', async (name, groups) => {
    const file = `${name}.safetensors`;
    const bytes = readFileSync(new URL(file, folder));
    expect(referenceRuns.reads(readSafetensors(bytes, file).metadata)).toBe(true);
    const comparisons = await referenceRuns.compare(bytes, file, openSession);
    expect([...new Set(comparisons.map(({ group }) => group))]).toEqual(groups);
    expect(comparisons.filter(({ group, error }) => !(error < tolerances[group]))).toEqual([]);
  });
});

describe('a file that is no reference run is refused in a sentence', () => {
  const tensor = fromFloat32(new Float32Array(32), [2, 16]);
  const refusal = (names: readonly string[], metadata: Record<string, string>) =>
    referenceRuns.compare(writeSafetensors(new Map(names.map((name) => [name, tensor])), metadata), 'run', openSession);
  const inputs = ['input.mixture', 'input.visual', 'input.target'];

  test.each([
    [inputs, {}, /run is no reference run of AVSepChain: its metadata has no 'config' in JSON/],
    [[], { config: '{}' }, /run: the tensor 'input.mixture' is missing/],
    [inputs, { config: '{"window": 3}' }, /The configuration in the metadata of run is not as expected/],
    [['signal.target'], {}, /its metadata must say 'sampleRate' and the names of the 'estimates'/],
  ])('%j %j', async (names, metadata, message) => {
    await expect(refusal(names, metadata as Record<string, string>)).rejects.toThrow(message);
  });
});
