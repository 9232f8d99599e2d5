// A trained adapter on disk: a folder with adapter_model.safetensors and adapter_config.json.

import { join } from 'node:path';
import { DuetError } from '../errors.ts';
import { kindOfPath, readFileClearly, readJsonClearly } from '../files/read-clearly-node.ts';
import { ensureFolder, writeFileAtomic } from '../files/write-atomic-node.ts';
import type { UpgradeConfig } from './adapter-config.ts';
import {
  type AdapterFiles,
  adapterConfigFile,
  adapterModelFile,
  decodeAdapter,
  encodeAdapter,
} from './adapter-files.ts';

export { type AdapterFiles, adapterConfigFile, adapterModelFile } from './adapter-files.ts';

/** Writes both files, each whole or not at all; numbers that are not finite are refused. */
export async function writeAdapter(folder: string, adapter: AdapterFiles): Promise<void> {
  const { config, model } = encodeAdapter(adapter, folder);
  await ensureFolder(folder);
  await writeFileAtomic(join(folder, adapterModelFile), model);
  await writeFileAtomic(join(folder, adapterConfigFile), config);
}

/**
 * Reads an adapter; a missing, damaged or unknown one is a DuetError. Whether it fits a backbone:
 * `checkAdapterBackbone`.
 */
export async function readAdapter(folder: string, upgrade: UpgradeConfig): Promise<AdapterFiles> {
  if ((await kindOfPath(folder)) !== 'folder') {
    throw new DuetError(`There is no adapter folder ${folder}; check the path, or train one with "duet train".`);
  }
  for (const file of [adapterConfigFile, adapterModelFile]) {
    if ((await kindOfPath(join(folder, file))) === undefined) {
      throw new DuetError(
        `${folder} is not a whole adapter: it has no ${file}; name a folder that "duet train" has written.`,
      );
    }
  }
  const config = await readJsonClearly(join(folder, adapterConfigFile));
  const path = join(folder, adapterModelFile);
  return decodeAdapter(config, await readFileClearly(path), { name: folder, modelName: path, upgrade });
}
