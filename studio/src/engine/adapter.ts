// An adapter's files with the backbone that the page has.
import { type Adapter, fitAdapter } from '../../../src/run/adapter.ts';
import { upgradeAdapter } from '../../../src/systems/registry.ts';
import { decodeAdapter } from '../../../src/weights/adapter-files.ts';
import type { StoredAdapter } from '../storage/database.ts';
import { openStoredBackbone } from './backbone.ts';

/** @throws DuetError when it is of another backbone than the one in use. */
export async function openStoredAdapter({ config, model }: StoredAdapter): Promise<Adapter> {
  const name = 'The adapter';
  const files = await decodeAdapter(JSON.parse(config), model, {
    name,
    modelName: 'its model file',
    upgrade: upgradeAdapter,
  });
  const backbone = await openStoredBackbone(files.config.image_size);
  // A file without picture or sound is watched as far as it goes.
  return fitAdapter(files, backbone, name, { missing: 'zero' });
}
