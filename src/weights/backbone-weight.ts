// One weight of a backbone: in memory, or left in its file, where every session of the runtime can map the same bytes.
import type { FileLocation, NamedTensor } from '../files/safetensors.ts';
import { joinFloat32, toFloat32 } from '../files/tensor-values.ts';

export type BackboneWeight = {
  readonly shape: readonly number[];
  /** Read again each time it is asked for, where the weight is left in its file. */
  readonly data: Float32Array;
  /** Whether the numbers are left in a file, as they are or in 16 bits. */
  readonly leftInFile?: boolean;
  /** Where those numbers lie, if they are left in a file as they are. */
  readonly location?: FileLocation;
  /** The thirds of a `qkv` weight that its file holds apart and that are left there. */
  readonly parts?: readonly BackboneWeight[];
};

/** Weights of fewer numbers are kept in memory. */
const smallestLeftInFile = 16_384;

/** Bytes of weights as float32. */
export function float32Bytes(weights: Iterable<{ readonly shape: readonly number[] }>): number {
  let bytes = 0;
  for (const { shape } of weights)
    bytes += shape.reduce((product, size) => product * size, Float32Array.BYTES_PER_ELEMENT);
  return bytes;
}

/** Whether a weight is in a file and large enough to be left there. */
export function staysInFile({ shape, location }: NamedTensor): boolean {
  return location !== undefined && shape.reduce((count, length) => count * length, 1) >= smallestLeftInFile;
}

/** A weight whose numbers stay in the file that the tensor is in. */
export function readWhenAsked(tensor: NamedTensor): BackboneWeight {
  const { shape, location, dtype } = tensor;
  return {
    shape,
    leftInFile: true,
    ...(location && dtype === 'F32' && { location }),
    get data() {
      return toFloat32(tensor);
    },
  };
}

/** Weights one under the other, as their first axis goes. */
export function joinedWeight(parts: readonly BackboneWeight[], shape: readonly number[]): BackboneWeight {
  const joined = () => joinFloat32(parts.map(({ data }) => data));
  if (!parts.every(({ leftInFile }) => leftInFile)) return { shape, data: joined() };
  return {
    shape,
    leftInFile: true,
    ...(parts.every(({ location }) => location) && { parts }),
    get data() {
      return joined();
    },
  };
}
