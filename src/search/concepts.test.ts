import { expect, test } from 'vitest';
import { createRandom } from '../random.ts';
import { centred, createConcepts, likelihoods, mostLikely, querySpread } from './concepts.ts';

const width = 6;
const names = 80;
const random = createRandom('concepts');
const vectors = Float32Array.from({ length: names * width }, () => random.normal());
for (let name = 0; name < names; name++) {
  const row = vectors.subarray(name * width, (name + 1) * width);
  const length = Math.hypot(...row);
  for (let i = 0; i < width; i++) row[i]! /= length;
}
const concepts = createConcepts(vectors, width);
const vectorOf = (name: number) => vectors.slice(name * width, (name + 1) * width);
const cosine = (a: Float32Array, b: Float32Array) =>
  a.reduce((total, value, i) => total + value * b[i]!, 0) / Math.hypot(...a) / Math.hypot(...b);

test('what all names have in common is their mean, and it is taken off', () => {
  const sum = new Float32Array(width);
  for (let name = 0; name < names; name++)
    for (const [i, value] of centred(vectorOf(name), concepts).entries()) sum[i]! += value;
  for (const value of sum) expect(value).toBeCloseTo(0, 4);
});

test('names beyond the 50 likeliest are left out, and the others keep their proportions', () => {
  const kept = mostLikely(Float32Array.from({ length: names }, (_, name) => names - name));
  expect([...kept].filter((share) => share > 0)).toHaveLength(50);
  expect(kept.reduce((total, share) => total + share, 0)).toBeCloseTo(1, 5);
  expect(kept[0]! / kept[49]!).toBeCloseTo(names / (names - 49), 4);
  expect(kept[50]).toBe(0);
});

test('likelihoods and the shares of a query are distributions, sharpest where they should be', () => {
  const likely = likelihoods(Float32Array.of(4, 0, 2));
  expect(likely.reduce((total, value) => total + value, 0)).toBeCloseTo(1, 6);
  expect(likely[0]! / likely[2]!).toBeCloseTo(Math.E, 5);
  const shares = querySpread(vectorOf(3), concepts);
  expect(shares.indexOf(Math.max(...shares))).toBe(3);
  const [own, other] = [cosine(vectorOf(3), vectorOf(3)), cosine(vectorOf(3), vectorOf(5))];
  expect(Math.log(shares[3]! / shares[5]!)).toBeCloseTo(20 * (own - other), 3);
});
