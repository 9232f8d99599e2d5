import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { verifyFile } from './verify.ts';

const golden = '../shared/golden';

describe.skipIf(!existsSync(golden))('the model agrees with the reference run', () => {
  test.each(['ma-avt-blockwise-separate', 'ma-avt-final-no-background'])('%s', async (name) => {
    const { groups, passed } = await verifyFile(`${golden}/${name}.safetensors`);
    expect(groups.map((group) => [group.name, group.passed])).toEqual(
      ['outputs', 'losses', 'attention', 'gradients', 'trajectory', 'parameters'].map((group) => [group, true]),
    );
    expect(passed).toBe(true);
  });
});
