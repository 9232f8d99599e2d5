import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readSafetensors, writeSafetensors } from '../../files/safetensors.ts';
import { fromFloat32 } from '../../files/tensor-values.ts';
import { nodeSessions } from '../../runtime/session-node.ts';
import type { Comparison } from '../../train/comparison.ts';
import { referenceRuns } from './reference-runs.ts';

const folder = new URL('../../../../shared/golden/systems/', import.meta.url);
const openSession = nodeSessions({ threads: 1 });
const tolerances: Readonly<Record<Comparison['group'], number>> = {
  ...{ outputs: 1e-5, losses: 1e-5, attention: 0, gradients: 1e-5, trajectory: 1e-4, parameters: 1e-4, metrics: 1e-9 },
};

describe.skipIf(!existsSync(folder))('in single precision, what the reference recorded is computed', () => {
  const compare = async (file: string) => {
    const bytes = readFileSync(new URL(`${file}.safetensors`, folder));
    const { tensors, metadata } = readSafetensors(bytes, file);
    expect(referenceRuns.reads(metadata)).toBe(true);
    const comparisons = await referenceRuns.compare(bytes, file, openSession);
    expect(comparisons.filter(({ group, error }) => !(error < tolerances[group]))).toEqual([]);
    return { compared: comparisons.map(({ name }) => name), recorded: [...tensors.keys()] };
  };

  test.each(['vlsa-separate', 'vlsa-joint'])('%s', async (file) => {
    const { compared, recorded } = await compare(file);
    const answers = recorded.filter((key) => /^(output|loss|grad|trajectory|after5)(\.|$)/.test(key));
    expect(compared.sort()).toEqual(answers.sort());
  });

  test('vlsa-sound-front-end', async () => {
    const { compared, recorded } = await compare('vlsa-sound-front-end');
    expect(compared.sort()).toEqual(recorded.filter((key) => key.startsWith('output.')).sort());
  });

  test('vlsa-retrieval-metrics', async () => {
    const { compared } = await compare('vlsa-retrieval-metrics');
    expect(compared.filter((name) => name.endsWith('.ranks'))).toHaveLength(7);
    expect(compared).toContain('ties mAP');
  });
});

describe('a file that is no such recording is refused in a sentence', () => {
  const tensor = fromFloat32(new Float32Array(4), [2, 2]);
  test.each([
    [{ config: '{"globalInputs": "full"}' }, [], /The configuration in the metadata of run is not as expected/],
    [{ config: '{"floor": 1, "rows": 2}' }, ['input.waveform.0'], /has 4 samples instead of 65535/],
    [{ expected: '{"a": {"medianRank": 1}}' }, ['a.similarity'], /'a.similarity' and 'a.relevant' must be there/],
    [{ expected: '{"a": "medianRank"' }, [], /'expected' in the metadata of run is not as expected/],
  ])('%j %j', async (metadata, names: readonly string[], message) => {
    const bytes = writeSafetensors(new Map(names.map((name) => [name, tensor])), metadata as Record<string, string>);
    await expect(referenceRuns.compare(bytes, 'run', openSession)).rejects.toThrow(message);
  });
});
