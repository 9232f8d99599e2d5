import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DuetError } from '../errors.ts';
import { type NamedTensor, readSafetensors, type TensorType, writeSafetensors } from './safetensors.ts';
import { fromFloat32, fromInt32, toFloat32, toInt32 } from './tensor-values.ts';

const shared = new URL('../../../shared/', import.meta.url);
const sizes: Partial<Record<TensorType, number>> = { F64: 8, I64: 8, F32: 4, I32: 4, F16: 2, BF16: 2, U8: 1, BOOL: 1 };

const tensor: fc.Arbitrary<NamedTensor> = fc
  .tuple(fc.constantFrom(...(Object.keys(sizes) as TensorType[])), fc.array(fc.nat(3), { maxLength: 3 }))
  .chain(([dtype, shape]) => {
    const length = shape.reduce((product, size) => product * size, sizes[dtype] as number);
    return fc.uint8Array({ minLength: length, maxLength: length }).map((bytes) => ({ dtype, shape, bytes }));
  });
const name = fc
  .oneof(fc.string(), fc.constantFrom('__proto__', 'constructor', '7', 'a"b', 'a:{', 'é\u0000\n'))
  .filter((text) => {
    return text !== '__metadata__';
  });
// The schema library leaves out a key that would change an object's prototype.
const metadataKey = fc.string().filter((text) => text !== '__proto__');
const file = fc.tuple(fc.array(fc.tuple(name, tensor), { maxLength: 5 }), fc.dictionary(metadataKey, fc.string()));

/** A file with this header and body, however wrong. */
function rawFile(header: string, body: Uint8Array = new Uint8Array()): Uint8Array {
  const text = new TextEncoder().encode(header);
  const bytes = new Uint8Array(8 + text.length + body.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  bytes.set(body, 8 + text.length);
  return bytes;
}

describe('safetensors files', () => {
  test('what is written is read back, whatever the names, types and shapes', () => {
    fc.assert(
      fc.property(file, ([entries, metadata]) => {
        const tensors = new Map(entries);
        const read = readSafetensors(writeSafetensors(tensors, metadata));
        expect([...read.tensors.keys()].sort()).toEqual([...tensors.keys()].sort());
        for (const [key, value] of tensors) expect(read.tensors.get(key)).toEqual(value);
        expect(read.metadata).toEqual(metadata);
      }),
    );
  });

  test('the written bytes do not depend on the order of the tensors, and each tensor is aligned to its type', () => {
    const wide = { dtype: 'F64', shape: [1], bytes: new Uint8Array(8).fill(1) } as const;
    const narrow = { dtype: 'U8', shape: [3], bytes: new Uint8Array(3).fill(2) } as const;
    const a = fromFloat32(Float32Array.of(1, 2), [2]);
    const written = writeSafetensors(new Map<string, NamedTensor>([['a', narrow], ['z', wide], ['m', a], ['7', a]])); // biome-ignore format: one line
    expect(written).toEqual(writeSafetensors(new Map<string, NamedTensor>([['7', a], ['m', a], ['z', wide], ['a', narrow]]))); // biome-ignore format: one line
    const { tensors } = readSafetensors(written);
    expect([...tensors.keys()]).toEqual(['z', '7', 'm', 'a']);
    for (const value of tensors.values()) expect(value.bytes.byteOffset % (sizes[value.dtype] as number)).toBe(0);
  });

  test('random bytes, and whole files with bytes changed or cut off, give a DuetError or are read, never anything else', () => {
    const readOrRefuse = (bytes: Uint8Array) => {
      try {
        readSafetensors(bytes, 'weights.safetensors');
      } catch (error) {
        expect(error).toBeInstanceOf(DuetError);
        expect((error as Error).message).toContain('weights.safetensors');
      }
    };
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), readOrRefuse));
    fc.assert(fc.property(fc.json(), fc.uint8Array(), (header, body) => readOrRefuse(rawFile(header, body))));
    const damage = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 3 });
    fc.assert(
      fc.property(file, damage, fc.nat(), ([entries, metadata], changes, cut) => {
        const bytes = writeSafetensors(new Map(entries), metadata);
        for (const [position, value] of changes) bytes[position % bytes.length] = value;
        readOrRefuse(bytes.subarray(0, bytes.length - (cut % 3 === 0 ? cut % bytes.length : 0)));
      }),
    );
  });

  test.each([
    ['a header longer than the file', Uint8Array.of(255, 0, 0, 0, 0, 0, 0, 0, 123), 'truncated'],
    ['a header of impossible length', new Uint8Array(16).fill(255), 'claims'],
    ['fewer than eight bytes', new Uint8Array(5), 'only 5 bytes'],
    ['a header that is not JSON', rawFile('{"a":'), 'not JSON'],
    ['a header that is a list', rawFile('[]'), 'not a JSON object'],
    [
      'overlapping tensors',
      rawFile(
        '{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[4],"data_offsets":[2,6]}}',
        new Uint8Array(6),
      ),
      'overlap',
    ],
    ['a gap', rawFile('{"a":{"dtype":"U8","shape":[4],"data_offsets":[1,5]}}', new Uint8Array(5)), 'gap'],
    [
      'offsets beyond the end',
      rawFile('{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}', new Uint8Array(3)),
      'truncated',
    ],
    [
      'bytes after the last tensor',
      rawFile('{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}', new Uint8Array(5)),
      'belong to no tensor',
    ],
    [
      'a size that does not match the shape',
      rawFile('{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}', new Uint8Array(4)),
      'needs 8',
    ],
    [
      'a negative size',
      rawFile('{"a":{"dtype":"U8","shape":[-1],"data_offsets":[0,4]}}', new Uint8Array(4)),
      "tensor 'a' lacks",
    ],
    [
      'a name given twice',
      rawFile(
        '{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}, "\\u0061" :{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}',
        new Uint8Array(1),
      ),
      'twice',
    ],
    [
      'an unknown type',
      rawFile('{"a":{"dtype":"toString","shape":[1],"data_offsets":[0,1]}}', new Uint8Array(1)),
      "unknown type 'toString'",
    ],
  ])('%s is refused with the reason', (_, bytes, reason) => {
    expect(() => readSafetensors(bytes, 'x.safetensors')).toThrow(reason);
    expect(() => readSafetensors(bytes, 'x.safetensors')).toThrow(DuetError);
  });

  test.skipIf(!existsSync(shared))('rewriting files of the Python library gives their tensors the same place', () => {
    for (const path of [
      'golden/vit-tiny.safetensors',
      'golden/hf-vit-mini/model.safetensors',
      'models/vit_micro_patch16_224/model.safetensors',
    ]) {
      const original = new Uint8Array(readFileSync(new URL(path, shared)));
      const { tensors, metadata } = readSafetensors(original);
      const headerLength = Number(new DataView(original.buffer).getBigUint64(0, true));
      const rewritten = writeSafetensors(tensors, metadata);
      const rewrittenHeader = Number(new DataView(rewritten.buffer).getBigUint64(0, true));
      expect(Buffer.compare(rewritten.subarray(8 + rewrittenHeader), original.subarray(8 + headerLength))).toBe(0);
      expect([...readSafetensors(rewritten).tensors.keys()]).toEqual([...tensors.keys()]);
    }
  });
});

describe('tensor values', () => {
  const half = (dtype: 'F16' | 'BF16', ...bits: number[]): NamedTensor => {
    return { dtype, shape: [bits.length], bytes: new Uint8Array(Uint16Array.from(bits).buffer) };
  };

  test('half precision keeps signs, subnormals, infinities and NaN', () => {
    const values = toFloat32(
      half('F16', 0x3c00, 0xc000, 0x0001, 0x83ff, 0x0400, 0x7bff, 0x7c00, 0xfc00, 0x7e01, 0x8000),
    );
    const expected = [1, -2, 2 ** -24, -1023 * 2 ** -24, 2 ** -14, 65504, Infinity, -Infinity, NaN, -0];
    for (const [index, value] of expected.entries()) expect(values[index]).toBe(value);
  });

  test('bfloat16 keeps signs, subnormals, infinities and NaN', () => {
    const values = toFloat32(half('BF16', 0x3f80, 0xc000, 0x0001, 0x7f80, 0xff80, 0x7fc0, 0x8000, 0x7f7f));
    const expected = [1, -2, 2 ** -133, Infinity, -Infinity, NaN, -0, 255 * 2 ** 120];
    for (const [index, value] of expected.entries()) expect(values[index]).toBe(value);
  });

  test('float32 is a view where aligned and a right copy where not; float64 is rounded', () => {
    const data = Float32Array.of(1.5, -2.25);
    const aligned = fromFloat32(data, [2]);
    expect(toFloat32(aligned).buffer).toBe(data.buffer);
    const shifted = new Uint8Array(9);
    shifted.set(aligned.bytes, 1);
    expect(toFloat32({ ...aligned, bytes: shifted.subarray(1) })).toEqual(data);
    const doubles = Float64Array.of(0.1, 1e300);
    expect(toFloat32({ dtype: 'F64', shape: [2], bytes: new Uint8Array(doubles.buffer) })).toEqual(
      Float32Array.of(0.1, Infinity),
    );
  });

  test('whole numbers become int32, and one that does not fit is refused', () => {
    const wide = (value: bigint): NamedTensor => ({
      dtype: 'I64',
      shape: [1],
      bytes: new Uint8Array(BigInt64Array.of(value).buffer),
    });
    expect(toInt32(wide(-5n))).toEqual(Int32Array.of(-5));
    expect(() => toInt32(wide(2n ** 31n), 'labels')).toThrow('labels holds 2147483648');
    expect(toInt32(fromInt32(Int32Array.of(7), [1]))).toEqual(Int32Array.of(7));
    expect(() => toInt32(fromFloat32(Float32Array.of(1), [1]))).toThrow(DuetError);
    expect(() => toFloat32(wide(1n))).toThrow(DuetError);
  });
});
