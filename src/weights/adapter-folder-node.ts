// A trained adapter on disk: a folder with adapter_model.safetensors and adapter_config.json.

import { join } from 'node:path';
import { DuetError } from '../errors.ts';
import { kindOfPath, readFileClearly, readJsonClearly } from '../files/read-clearly.ts';
import { readSafetensors, writeSafetensors } from '../files/safetensors.ts';
import { fromFloat32, toFloat32 } from '../files/tensor-values.ts';
import { ensureFolder, writeFileAtomic } from '../files/write-atomic.ts';
import { type AdapterConfig, parseAdapterConfig } from './adapter-config.ts';

export const adapterModelFile = 'adapter_model.safetensors';
export const adapterConfigFile = 'adapter_config.json';

export type AdapterTensor = { readonly shape: readonly number[]; readonly data: Float32Array };

export type Adapter = {
  readonly config: AdapterConfig;
  /** float32, row-major, by their parameter names. */
  readonly tensors: ReadonlyMap<string, AdapterTensor>;
};

/** Writes both files, each whole or not at all; numbers that are not finite are refused. */
export async function writeAdapter(folder: string, { config, tensors }: Adapter): Promise<void> {
  const checked = parseAdapterConfig(config, folder);
  for (const [name, { data }] of tensors)
    refuseNonFinite(data, `The adapter for ${folder}`, name, 'lower the learning rate and train again');
  const stored = new Map([...tensors].map(([name, { shape, data }]) => [name, fromFloat32(data, shape)]));
  await ensureFolder(folder);
  await writeFileAtomic(join(folder, adapterModelFile), writeSafetensors(stored, { format: 'pt' }));
  await writeFileAtomic(join(folder, adapterConfigFile), `${JSON.stringify(checked, null, 2)}\n`);
}

/** Reads an adapter; a missing, damaged or foreign one is a DuetError. Whether it fits a backbone: `checkAdapterBackbone`. */
export async function readAdapter(folder: string): Promise<Adapter> {
  if ((await kindOfPath(folder)) !== 'folder') {
    throw new DuetError(`There is no adapter folder ${folder}; check the path, or train one with "duet train".`);
  }
  for (const file of [adapterConfigFile, adapterModelFile]) {
    if ((await kindOfPath(join(folder, file))) === undefined) {
      throw new DuetError(`${folder} is not a whole adapter: it has no ${file}; name a folder that "duet train" has written.`);
    }
  }
  const config = parseAdapterConfig(await readJsonClearly(join(folder, adapterConfigFile)), folder);
  const path = join(folder, adapterModelFile);
  const file = readSafetensors(await readFileClearly(path), path);
  const tensors = new Map<string, AdapterTensor>();
  for (const [name, tensor] of file.tensors) {
    const data = toFloat32(tensor, `${path}: tensor '${name}'`);
    refuseNonFinite(data, path, name, 'get a fresh copy or train again');
    tensors.set(name, { shape: tensor.shape, data });
  }
  return { config, tensors };
}

function refuseNonFinite(data: Float32Array, where: string, name: string, mend: string): void {
  if (data.every(Number.isFinite)) return;
  throw new DuetError(`${where}: tensor '${name}' holds numbers that are not finite (NaN or infinity); ${mend}.`);
}
