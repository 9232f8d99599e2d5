// Between a stored tensor's bytes and the typed arrays that the rest of Duet computes with.

import { DuetError } from '../errors.ts';
import type { NamedTensor } from './safetensors.ts';

/**
 * The values of an F32, F64, F16 or BF16 tensor as float32; F32 is a view when its bytes are aligned, else a copy.
 * `name` is what the error for any other type calls the tensor.
 */
export function toFloat32(tensor: NamedTensor, name = 'the tensor'): Float32Array {
  switch (tensor.dtype) {
    case 'F32':
      return view(tensor, Float32Array);
    case 'F64':
      return new Float32Array(view(tensor, Float64Array));
    case 'F16':
      return fromHalfPrecision(view(tensor, Uint16Array));
    case 'BF16':
      return fromUpperHalves(view(tensor, Uint16Array));
    default:
      throw new DuetError(
        `${name} holds ${tensor.dtype} numbers where F32, F64, F16 or BF16 is needed; convert the file first.`,
      );
  }
}

/** The values of a whole-number or BOOL tensor as int32; a value that does not fit is an error. */
export function toInt32(tensor: NamedTensor, name = 'the tensor'): Int32Array {
  const values = wholeNumbers(tensor, name);
  if (values instanceof Int32Array) return values;
  const result = Int32Array.from(values, Number);
  for (const [index, value] of result.entries()) {
    if (value !== Number(values[index]))
      throw new DuetError(`${name} holds ${values[index]}, which does not fit 32 bits; store smaller numbers.`);
  }
  return result;
}

/** A tensor that shares the array's memory. */
export function fromFloat32(data: Float32Array, shape: readonly number[]): NamedTensor {
  return { dtype: 'F32', shape, bytes: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) };
}

/** A tensor that shares the array's memory. */
export function fromInt32(data: Int32Array, shape: readonly number[]): NamedTensor {
  return { dtype: 'I32', shape, bytes: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) };
}

function wholeNumbers(tensor: NamedTensor, name: string): ArrayLike<number | bigint> {
  switch (tensor.dtype) {
    case 'I32':
      return view(tensor, Int32Array);
    case 'U32':
      return view(tensor, Uint32Array);
    case 'I64':
      return view(tensor, BigInt64Array);
    case 'U64':
      return view(tensor, BigUint64Array);
    case 'I16':
      return view(tensor, Int16Array);
    case 'U16':
      return view(tensor, Uint16Array);
    case 'I8':
      return view(tensor, Int8Array);
    case 'U8':
    case 'BOOL':
      return tensor.bytes;
    default:
      throw new DuetError(
        `${name} holds ${tensor.dtype} numbers where whole numbers are needed; convert the file first.`,
      );
  }
}

type ArrayType<Values> = {
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBufferLike, byteOffset?: number, length?: number): Values;
};

function view<Values>({ bytes }: NamedTensor, type: ArrayType<Values>): Values {
  const aligned = bytes.byteOffset % type.BYTES_PER_ELEMENT === 0 ? bytes : new Uint8Array(bytes);
  return new type(aligned.buffer, aligned.byteOffset, bytes.byteLength / type.BYTES_PER_ELEMENT);
}

// Plain loops: Float32Array.from with a function takes ten times as long, which matters at 300 million weights.

function fromHalfPrecision(bits: Uint16Array): Float32Array {
  const table = halfPrecisionTable();
  const values = new Float32Array(bits.length);
  for (let index = 0; index < bits.length; index++) values[index] = table[bits[index]!]!;
  return values;
}

/** bfloat16 is the upper half of a float32. */
function fromUpperHalves(bits: Uint16Array): Float32Array {
  const words = new Uint32Array(bits.length);
  for (let index = 0; index < bits.length; index++) words[index] = bits[index]! << 16;
  return new Float32Array(words.buffer);
}

let halfPrecision: Float32Array | undefined;

/** The value of each of the 65,536 IEEE half-precision bit patterns: looking one up is quicker than computing it. */
function halfPrecisionTable(): Float32Array {
  halfPrecision ??= Float32Array.from({ length: 0x10000 }, (_, bits) => {
    const sign = bits & 0x8000 ? -1 : 1;
    const exponent = (bits >> 10) & 0x1f;
    const fraction = bits & 0x3ff;
    if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
    return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
  });
  return halfPrecision;
}

/** The parts one after another; a single part is given back as it is. */
export function joinFloat32(parts: readonly Float32Array[]): Float32Array {
  if (parts.length === 1) return parts[0] as Float32Array;
  const whole = new Float32Array(parts.reduce((length, part) => length + part.length, 0));
  let position = 0;
  for (const part of parts) {
    whole.set(part, position);
    position += part.length;
  }
  return whole;
}

/** Whether no value is infinite or not a number. */
export function allFinite(values: Float32Array): boolean {
  for (let index = 0; index < values.length; index++) if (!Number.isFinite(values[index])) return false;
  return true;
}
