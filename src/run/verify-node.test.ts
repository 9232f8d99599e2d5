import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { readSafetensors, writeSafetensors } from '../files/safetensors.ts';
import { readGoldenRun } from '../systems/ma-avt/golden.ts';
import { verifyFile } from './verify-node.ts';

const golden = '../shared/golden';

test('the small run that the project has recorded in double precision is met by every group', async () => {
  const { system, groups, passed } = await verifyFile('src/systems/ma-avt/small-run.safetensors');
  expect(system).toBe('ma-avt');
  expect(groups.map(({ name, compared }) => [name, compared])).toEqual([
    ...[
      ['outputs', 2],
      ['losses', 4],
      ['attention', 1],
      ['gradients', 29],
      ['trajectory', 1],
      ['parameters', 29],
    ],
  ]);
  expect(passed, JSON.stringify(groups)).toBe(true);
});

test('a comparison that is stopped ends with the reason', async () => {
  const stop = new AbortController();
  const verified = verifyFile('src/systems/ma-avt/small-run.safetensors', { threads: 1 }, stop.signal);
  stop.abort(new Error('enough'));
  await expect(verified).rejects.toThrow('enough');
});

describe.skipIf(!existsSync(golden))('the model agrees with the reference run', () => {
  test.each(['ma-avt-blockwise-separate', 'ma-avt-final-no-background'])('%s', async (name) => {
    const { groups, passed } = await verifyFile(`${golden}/${name}.safetensors`);
    expect(groups.map((group) => [group.name, group.passed])).toEqual(
      ['outputs', 'losses', 'attention', 'gradients', 'trajectory', 'parameters'].map((group) => [group, true]),
    );
    expect(passed).toBe(true);
  });

  test('a configuration that states more clips than were recorded is refused before they are made room for', async () => {
    const { tensors, metadata } = readSafetensors(await readFile(`${golden}/ma-avt-final-no-background.safetensors`));
    const config = JSON.stringify({ ...JSON.parse(metadata.config!), B: 1e9 });
    expect(() => readGoldenRun(writeSafetensors(tensors, { config }), 'run')).toThrow(
      /labels for the 1000000000 clips/,
    );
  });

  test("the reference's own spelling of one contrastive projection for all blocks is read", async () => {
    const { tensors, metadata } = readSafetensors(await readFile(`${golden}/ma-avt-final-no-background.safetensors`));
    const projection = ['weight', 'bias'].map((part) => `visual_projection.${part}`);
    const config = JSON.stringify({ ...JSON.parse(metadata.config!), contrastive: 'blockwise_cmn' });
    const run = readGoldenRun(writeSafetensors(tensors, { config }), 'run');
    expect([...run.parameters.keys()]).toEqual(expect.arrayContaining(projection));
  });
});

// A run of each kind; the systems' own tests have the others.
describe.skipIf(!existsSync(`${golden}/systems`))('other systems agree with theirs', () => {
  test('avff-stage2', async () => {
    const { groups, passed } = await verifyFile(`${golden}/systems/avff-stage2.safetensors`, { threads: 1 });
    expect(groups.map((group) => group.name)).toEqual(['outputs', 'losses', 'gradients', 'trajectory', 'parameters']);
    expect(passed).toBe(true);
  });

  test('uniav-post', async () => {
    const { system, groups, passed } = await verifyFile(`${golden}/systems/uniav-post.safetensors`);
    expect([system, passed]).toEqual(['uniav', true]);
    expect(groups.map((group) => group.name)).toEqual(['outputs', 'metrics']);
  });
});
