// The files that a trained model consists of, beside a backbone that everybody has.
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { benchModel, type Size } from './models.ts';
import { writeBenchAdapter } from './start-up.ts';
import type { Outcome, Settings } from './workloads.ts';

export async function measureSizes(size: Size, { cache }: Settings): Promise<Outcome> {
  const { files } = await benchModel(size, join(cache, 'models'));
  const folder = await writeBenchAdapter(files, join(cache, 'adapters', size));
  const adapter = readdirSync(folder).reduce((total, file) => total + statSync(join(folder, file)).size, 0);
  const backbone = statSync(files.backbone).size;
  const parameters = statSync(files.parameters).size;
  return {
    sides: [],
    facts: [
      { name: 'adapter folder', value: adapter, unit: 'bytes' },
      { name: 'all that was trained, unfolded', value: parameters, unit: 'bytes' },
      { name: 'backbone', value: backbone, unit: 'bytes' },
      { name: 'adapter over backbone and adapter', value: adapter / (adapter + backbone), unit: 'ratio' },
    ],
  };
}
