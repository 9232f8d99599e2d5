// Weights stored in 16 or 64 bits, as a float32 file in Duet's cache: made once, then mapped by every session of every
// process.
import { join } from 'node:path';
import { isDuetError } from '../errors.ts';
import { cacheHome } from '../files/cache-home-node.ts';
import { kindOfPath } from '../files/read-clearly-node.ts';
import { type NamedTensor, type SafetensorsFile, safetensorsParts, showShape } from '../files/safetensors.ts';
import { openSafetensors } from '../files/safetensors-file-node.ts';
import { ensureFolder, writeFileAtomic } from '../files/write-atomic-node.ts';
import type { Backbone, BackboneWeightName } from './backbone.ts';
import { type BackboneWeight, float32Bytes, readWhenAsked } from './backbone-weight.ts';

/** Fewer bytes are kept in memory: a second copy of them costs less than a file. */
const smallestFile = 64 * 2 ** 20;

export type Float32Options = {
  /** Default: `weights` in Duet's cache. */
  readonly folder?: string;
  /** Weights of fewer bytes in all are kept in memory. Default: 64 MiB. */
  readonly smallest?: number;
};

/**
 * The same backbone, with no weight that would have to be converted when it is read: each lies in a float32 file, or in
 * memory where they are few or no file can be written.
 */
export async function withFloat32Weights(backbone: Backbone, options: Float32Options = {}): Promise<Backbone> {
  const { folder = join(cacheHome(), 'weights'), smallest = smallestFile } = options;
  const converted = new Map(
    [...backbone.weights].filter(([, weight]) => weight.leftInFile && !weight.location && !weight.parts),
  );
  if (converted.size === 0) return backbone;
  const bytes = float32Bytes(converted.values());
  const file = bytes < smallest ? undefined : await float32File(folder, `${backbone.hash}-${bytes}`, converted);
  const weights = new Map(backbone.weights);
  for (const [name, weight] of converted) {
    const tensor = file?.tensors.get(name);
    weights.set(name, tensor ? readWhenAsked(tensor) : { shape: weight.shape, data: weight.data });
  }
  return { ...backbone, weights };
}

type Weights = ReadonlyMap<BackboneWeightName, BackboneWeight>;

/** The file of that name with those weights, made if need be; undefined where none can be. */
async function float32File(folder: string, name: string, weights: Weights): Promise<SafetensorsFile | undefined> {
  const path = join(folder, `${name}.safetensors`);
  try {
    const known = (await kindOfPath(path)) === 'file' ? openSafetensors(path) : undefined;
    if (known && holds(known, weights)) return known;
  } catch (error) {
    // Damaged or not readable: made again.
    if (!isDuetError(error)) throw error;
  }
  try {
    await ensureFolder(folder);
    await writeFileAtomic(
      path,
      safetensorsParts(new Map([...weights].map(([name, weight]) => [name, float32Tensor(weight)]))),
    );
    return openSafetensors(path);
  } catch (error) {
    // Without a cache each session has a copy of its own, which is only larger.
    if (!isDuetError(error)) throw error;
    return undefined;
  }
}

function holds({ tensors }: SafetensorsFile, weights: Weights): boolean {
  return [...weights].every(([name, { shape }]) => {
    const tensor = tensors.get(name);
    return tensor?.dtype === 'F32' && showShape(tensor.shape) === showShape(shape);
  });
}

function float32Tensor(weight: BackboneWeight): NamedTensor {
  return {
    dtype: 'F32',
    shape: weight.shape,
    get bytes() {
      const { buffer, byteOffset, byteLength } = weight.data;
      return new Uint8Array(buffer, byteOffset, byteLength);
    },
  };
}
