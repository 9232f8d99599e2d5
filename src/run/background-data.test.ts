import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { writeAve } from '../data/layouts/field-layouts.test-data.ts';
import { recipes } from '../systems/ma-avt/recipes.ts';
import { train } from './train-node.ts';

test('clips of background are refused for a model without background', async () => {
  const data = await mkdtemp(join(tmpdir(), 'duet-background-'));
  try {
    await writeAve(data);
    const training = { ...recipes.duet, model: { ...recipes.duet.model, background: false } };
    const run = train({ data, layout: 'ave-segments', out: join(data, 'run'), training });
    await expect(run).rejects.toThrow(/clips of background, which a model without background cannot learn/);
  } finally {
    await rm(data, { recursive: true });
  }
});
