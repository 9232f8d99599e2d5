import { expect, test } from 'vitest';
import { recipeNamed } from '../../../src/systems/registry.ts';
import { upgradedRun } from './upgrade.ts';

test('a run of the first version keeps what it was trained on, and goes on from no checkpoint', async () => {
  const { settings } = await recipeNamed();
  const kept = {
    startedAt: 1,
    classes: ['bowl', 'drum'],
    examples: [{ id: 'a', label: 'bowl', split: 'val' }],
    backboneHash: '0123456789abcdef',
    state: 'stopped',
    provider: 'CPU, 2 threads',
    seconds: 12,
    start: { accuracy: 0.5, seconds: 3 },
  } as const;
  const old = { ...kept, training: settings, checkpoint: new Uint8Array(1), alignment: [{ epoch: 0 }] };
  expect(upgradedRun(old)).toEqual({ ...kept, settings, diagnosis: undefined });
});
