import { expect, test } from 'vitest';
import { toFloat32 } from '../files/tensor-values.ts';
import { toHalfPrecision } from './half-precision.ts';

function read(halves: Uint16Array): Float32Array {
  return toFloat32({ dtype: 'F16', shape: [halves.length], bytes: new Uint8Array(halves.buffer) });
}

test('every number of 16 bits comes back as itself', () => {
  const finite = Uint16Array.from({ length: 0x10000 }, (_, bits) => bits).filter((bits) => (bits & 0x7c00) !== 0x7c00);
  expect(toHalfPrecision(read(finite))).toEqual(finite);
});

test('numbers between two are rounded to the nearer, halves to the even one', () => {
  const places = Uint16Array.from({ length: 0x7bff }, (_, bits) => bits);
  const values = read(places);
  const between = (share: number) =>
    toHalfPrecision(
      values.map((value, i) => (i + 1 < values.length ? value + (values[i + 1]! - value) * share : value)),
    );
  const last = places.length - 1;
  const even = places.map((place) => place + (place & 1));
  expect(between(0.49).subarray(0, last)).toEqual(places.subarray(0, last));
  expect(between(0.5).subarray(0, last)).toEqual(even.subarray(0, last));
  expect(between(0.51).subarray(0, last)).toEqual(places.subarray(1, last + 1));
});

test('what is too large, and what is no number, stays so', () => {
  const values = Float32Array.of(65519, 65520, -1e30, Number.POSITIVE_INFINITY, Number.NaN, 1e-9, -0);
  expect([...read(toHalfPrecision(values))]).toEqual([65504, Infinity, -Infinity, Infinity, Number.NaN, 0, -0]);
});
