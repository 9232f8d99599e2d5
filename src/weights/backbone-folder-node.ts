// A folder with a backbone in it: model.safetensors, or its shards and their index, and the configs beside them.

import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { DuetError } from '../errors.ts';
import { readError } from '../files/file-error.ts';
import { kindOfPath, readJsonClearly } from '../files/read-clearly-node.ts';
import type { NamedTensor } from '../files/safetensors.ts';
import { openSafetensors } from '../files/safetensors-file-node.ts';
import type { BackboneFile } from './backbone.ts';

export const weightsFile = 'model.safetensors';
export const shardIndexFile = 'model.safetensors.index.json';
export const configFiles = ['config.json', 'preprocessor_config.json'] as const;

/** Shards lie beside their index: a name with a slash could point out of the folder. */
const indexSchema = z.looseObject({ weight_map: z.record(z.string(), z.string().regex(/^[\w][\w.-]*\.safetensors$/)) });

/** The names of the shards that an index speaks of. */
export async function readShardNames(indexPath: string): Promise<string[]> {
  const index = indexSchema.safeParse(await readJsonClearly(indexPath));
  if (index.success) return [...new Set(Object.values(index.data.weight_map))];
  throw new DuetError(
    `${indexPath} is not a safetensors index: it needs a 'weight_map' from tensors to files beside it.`,
  );
}

/** The tensors and configs of a folder; `name` is what messages call it. */
export async function readBackboneFolder(folder: string, name: string): Promise<BackboneFile> {
  const paths = await weightPaths(folder);
  return { ...readTensors(paths, name), ...(await readConfigs(folder)), name };
}

/** One safetensors file; the configs beside it count if it has the name under which they are stored together. */
export async function readBackboneFile(path: string, name: string): Promise<BackboneFile> {
  if (!path.endsWith('.safetensors')) {
    const how = pickled.test(path) ? `; ${conversionOf(basename(path))}, and name that.` : ', so name one that is.';
    throw new DuetError(`${name} is not a .safetensors file${how}`);
  }
  const tensors = readTensors([path], name);
  return basename(path) === weightsFile
    ? { ...tensors, ...(await readConfigs(dirname(path))), name }
    : { ...tensors, name };
}

async function weightPaths(folder: string): Promise<string[]> {
  if ((await kindOfPath(join(folder, weightsFile))) === 'file') return [join(folder, weightsFile)];
  const index = join(folder, shardIndexFile);
  if ((await kindOfPath(index)) === 'file') return (await readShardNames(index)).map((shard) => join(folder, shard));
  const names = await readdir(folder).catch((error) => {
    throw readError(folder, error);
  });
  const inside = names.filter((file) => file.endsWith('.safetensors'));
  const other = names.find((file) => file === 'pytorch_model.bin') ?? names.find((file) => pickled.test(file));
  if (inside.length === 0 && other !== undefined)
    throw new DuetError(`The folder ${folder} holds ${other} but no .safetensors file; in it, ${conversionOf(other)}.`);
  if (inside.length === 1) return inside.map((file) => join(folder, file));
  const found =
    inside.length === 0 ? 'no .safetensors file' : `${inside.length} .safetensors files and no ${weightsFile}`;
  throw new DuetError(`The folder ${folder} holds ${found}; name the backbone's file itself.`);
}

/** PyTorch's own files, which run code when they are read. */
const pickled = /\.(bin|pt|pth|ckpt)$/;

function conversionOf(file: string): string {
  return (
    `convert it once with Python: python -c "import torch, safetensors.torch; t = torch.load('${file}', map_location='cpu', weights_only=True); ` +
    `safetensors.torch.save_file({k: v.contiguous() for k, v in t.items()}, '${weightsFile}')"`
  );
}

function readTensors(paths: readonly string[], name: string): Pick<BackboneFile, 'tensors' | 'metadata'> {
  const tensors = new Map<string, NamedTensor>();
  let metadata: Readonly<Record<string, string>> = {};
  for (const path of paths) {
    const file = openSafetensors(path);
    for (const [tensorName, tensor] of file.tensors) {
      if (tensors.has(tensorName))
        throw new DuetError(`${name} has the tensor '${tensorName}' in two of its shards; get a fresh copy.`);
      tensors.set(tensorName, tensor);
    }
    metadata = { ...metadata, ...file.metadata };
  }
  return { tensors, metadata };
}

async function readConfigs(folder: string): Promise<Pick<BackboneFile, 'config' | 'preprocessor'>> {
  const [config, preprocessor] = await Promise.all(
    configFiles.map(async (file) => {
      const path = join(folder, file);
      return (await kindOfPath(path)) === undefined ? undefined : readJsonClearly(path);
    }),
  );
  return { config, preprocessor };
}
