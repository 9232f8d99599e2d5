// One weight of a backbone: in memory, or left in its file, where every session of the runtime can map the same bytes.
import type { FileLocation, NamedTensor } from '../files/safetensors.ts';
import { joinFloat32, toFloat32 } from '../files/tensor-values.ts';

export type BackboneWeight = {
  readonly shape: readonly number[];
  /** Read anew each time it is asked for, where the weight is left in its file. */
  readonly data: Float32Array;
  /** Where those numbers lie, if the weight is left in its file. */
  readonly location?: FileLocation;
  /** The thirds of a `qkv` weight that its file holds apart and that are left there. */
  readonly parts?: readonly BackboneWeight[];
};

/** Weights of fewer numbers are kept in memory. */
const smallestLeftInFile = 16_384;

/** A weight that is left in its file where it can be used as it lies there; `data` are its numbers. */
export function leftInFile(tensor: NamedTensor, data: Float32Array): BackboneWeight {
  const { shape, location, dtype } = tensor;
  if (!location || dtype !== 'F32' || data.length < smallestLeftInFile) return { shape, data };
  return {
    shape,
    location,
    get data() {
      return toFloat32(tensor);
    },
  };
}

/** Weights one under the other, as their first axis goes. */
export function joinedWeight(parts: readonly BackboneWeight[], shape: readonly number[]): BackboneWeight {
  const joined = () => joinFloat32(parts.map(({ data }) => data));
  if (!parts.every(({ location }) => location)) return { shape, data: joined() };
  return {
    shape,
    parts,
    get data() {
      return joined();
    },
  };
}
