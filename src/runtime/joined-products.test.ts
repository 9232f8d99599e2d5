import { expect, test } from 'vitest';
import { topologicalOrder } from '../graph/differentiate.ts';
import { add, gemm, reshape } from '../graph/functions.ts';
import { interpret } from '../graph/interpret.ts';
import { constant, input, storedConstant, type Tensor } from '../graph/tensor.ts';
import { joinedProducts } from './joined-products.ts';

const [rows, columns] = [2, 3];
const lengths = [3, 4, 5];
const table = Float32Array.from({ length: 12 * columns }, (_, index) => Math.sin(index));
const lefts = lengths.map((length, index) => input(`left ${index}`, [rows, length]));
const feeds = new Map(
  lefts.map((left, index) => [left, Float32Array.from({ length: rows * lengths[index]! }, (_, i) => index + i)]),
);

/** Three matrices that lie one after another in one array. */
const places = lengths.map((length, index) => {
  const start = lengths.slice(0, index).reduce((sum, before) => sum + before * columns, 0);
  return { shape: [length, columns], start, data: table.subarray(start, start + length * columns) };
});
const neighbours = places.map(({ data, shape }, index) => constant(data, shape, `right ${index}`));

/** The sum of the products, last ones first, each seen as [1, rows, columns], as gradients of attention come. */
function sumOf(rights: readonly Tensor[]): Tensor {
  const products = rights.map((right, index) => reshape(gemm(lefts[index]!, right), [1, rows, columns]));
  return products.toReversed().reduce((sum, product) => add(sum, product));
}

const productsIn = (graph: Tensor) => topologicalOrder([graph]).filter(({ operator }) => operator === 'Gemm').length;

test('a sum of products with neighbours becomes one product of the same value', () => {
  const before = sumOf(neighbours);
  const after = joinedProducts({ y: before }).y!;
  expect([productsIn(before), productsIn(after)]).toEqual([3, 1]);
  expect(after.shape).toEqual([1, rows, columns]);
  const [expected, found] = [interpret([before], feeds)[0]!, interpret([after], feeds)[0]!];
  for (const [index, value] of expected.entries()) expect(found[index]).toBeCloseTo(value, 10);
});

test('neighbours in a file are joined where they lie', () => {
  const at = (gap: number) =>
    places.map((place, index) =>
      storedConstant(
        place,
        { folder: 'models', file: 'vit', offset: 80 + 4 * place.start + gap * index },
        `right ${index}`,
      ),
    );
  const [product] = topologicalOrder([joinedProducts({ y: sumOf(at(0)) }).y!]).filter(
    ({ operator }) => operator === 'Gemm',
  );
  expect(product!.inputs[1]!.source).toMatchObject({
    stored: { folder: 'models', file: 'vit', offset: 80 },
    data: table,
  });
  expect(productsIn(joinedProducts({ y: sumOf(at(4)) }).y!)).toBe(3);
});

test('matrices that lie apart, and a product in another form, stay as they are', () => {
  const apart = places.map(({ data, shape }, index) => constant(data.slice(), shape, `right ${index}`));
  expect(productsIn(joinedProducts({ y: sumOf(apart) }).y!)).toBe(3);
  const transposed = gemm(input('x', [rows, columns]), constant(table.subarray(0, 9), [3, 3], 'a'), { transB: true });
  const other = gemm(input('z', [rows, columns]), constant(table.subarray(9, 18), [3, 3], 'b'), { transB: true });
  expect(productsIn(joinedProducts({ y: add(transposed, other) }).y!)).toBe(2);
});
