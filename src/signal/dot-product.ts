// Sums of products in WebAssembly, two numbers at a time: a quarter of the time that they take in JavaScript.
import { instantiate, openMemory } from './web-assembly.ts';

/** dot-product.wat in binary; the test says what has to stand here after a change of it. */
export const binary =
  'AGFzbQEAAAABCAFgA39/fwF8AhABBGR1ZXQGbWVtb3J5AgABAwIBAAcOAQpkb3RQcm9kdWN0AAAKaAFmAgF/AnsgACACQQN0aiEDA0AgBCAA/QAEACAB/QAEAP3yAf3wASEEIAUgAP0ABBAgAf0ABBD98gH98AEhBSABQSBqIQEgAEEgaiIAIANJDQALIAQgBf3wASEEIAT9IQAgBP0hAaAL';

/** Numbers where WebAssembly sees them. */
export type Workspace = {
  readonly numbers: Float64Array;
  /**
   * The sum of `count` products, a multiple of four and not 0, of the numbers from place `left` on with those from
   * place `right` on.
   */
  dotProduct(left: number, right: number, count: number): number;
};

type DotProduct = (leftByte: number, rightByte: number, count: number) => number;

/** Room for so many numbers, one at least, all 0. */
export function openWorkspace(length: number): Workspace {
  const bytesOfNumber = Float64Array.BYTES_PER_ELEMENT;
  const memory = openMemory(length * bytesOfNumber);
  const { dotProduct } = instantiate<{ readonly dotProduct: DotProduct }>(binary, memory);
  return {
    numbers: new Float64Array(memory.buffer, 0, length),
    dotProduct: (left, right, count) => dotProduct(left * bytesOfNumber, right * bytesOfNumber, count),
  };
}
