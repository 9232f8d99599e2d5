// Sums of products in WebAssembly, two numbers at a time: a quarter of the time that they take in JavaScript.

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
type Memory = { readonly buffer: ArrayBuffer };

// Node's types know no WebAssembly, and those of browsers are not for this layer.
const { WebAssembly } = globalThis as unknown as {
  readonly WebAssembly: {
    readonly Module: new (binary: Uint8Array) => object;
    readonly Memory: new (size: { readonly initial: number }) => Memory;
    readonly Instance: new (
      module: object,
      imports: { readonly duet: { readonly memory: Memory } },
    ) => { readonly exports: { readonly dotProduct: DotProduct } };
  };
};

const pageBytes = 65_536;
let compiled: object | undefined;

/** Room for so many numbers, one at least, all 0. */
export function openWorkspace(length: number): Workspace {
  compiled ??= new WebAssembly.Module(Uint8Array.from(atob(binary), (character) => character.charCodeAt(0)));
  const bytesOfNumber = Float64Array.BYTES_PER_ELEMENT;
  const memory = new WebAssembly.Memory({ initial: Math.ceil((length * bytesOfNumber) / pageBytes) });
  const { dotProduct } = new WebAssembly.Instance(compiled, { duet: { memory } }).exports;
  return {
    numbers: new Float64Array(memory.buffer, 0, length),
    dotProduct: (left, right, count) => dotProduct(left * bytesOfNumber, right * bytesOfNumber, count),
  };
}
