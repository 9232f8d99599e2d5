// Symbolic tensors: what a graph is made of before anything is computed. Every shape is known when the graph is built.

/** Lengths of a tensor's axes, outermost first; `[]` is a scalar. */
export type Shape = readonly number[];

/** What a tensor's elements are. */
export type ElementType = 'float32' | 'float64' | 'int64' | 'int8' | 'uint8' | 'bool';

/** Values of a constant, row by row. Booleans are bytes, 0 or 1. */
export type TensorData = Float32Array | Float64Array | BigInt64Array | Int8Array | Uint8Array;

/** An operator's attributes by ONNX's names. */
export type Attributes = Readonly<Record<string, number | string | readonly number[]>>;

/** One application of an ONNX operator. */
export type Node<Operator extends string = string> = {
  readonly operator: Operator;
  readonly inputs: readonly Tensor[];
  readonly attributes: Attributes;
  readonly outputs: readonly Tensor[];
};

/** A tensor's shape and what its elements are. */
export type TensorType = { readonly shape: Shape; readonly elementType: ElementType };

/** A value in a graph: fed at run time, fixed, or computed by a node. */
export type Tensor = TensorType & {
  readonly source:
    | { readonly kind: 'input'; readonly name: string }
    | { readonly kind: 'constant'; readonly data: TensorData; readonly name?: string; readonly stored?: StoredAt }
    | { readonly kind: 'node'; readonly node: Node; readonly output: number };
};

/** A value fed at run time under `name`. */
export function input(name: string, shape: Shape, elementType: ElementType = 'float32'): Tensor {
  return { shape, elementType, source: { kind: 'input', name } };
}

const elementTypes = new Map<unknown, ElementType>([
  [Float32Array, 'float32'],
  [Float64Array, 'float64'],
  [BigInt64Array, 'int64'],
  [Int8Array, 'int8'],
  [Uint8Array, 'uint8'],
]);

/**
 * A fixed value; its element type follows from the array's. The array is kept, not copied.
 * @throws when the shape does not hold as many elements as `data`.
 */
export function constant(data: TensorData, shape: Shape, name?: string): Tensor {
  if (elementCount(shape) !== data.length)
    throw new Error(`constant: shape [${shape}] holds ${elementCount(shape)} elements, data has ${data.length}`);
  const elementType = elementTypes.get(data.constructor) as ElementType;
  return {
    shape,
    elementType,
    source: name === undefined ? { kind: 'constant', data } : { kind: 'constant', data, name },
  };
}

/** Where a constant's bytes lie in a file, so that a runtime may map them instead of being given a copy. */
export type StoredAt = { readonly folder: string; readonly file: string; readonly offset: number };

/**
 * A fixed float32 value that stays in a file; `data` is read only where the graph is evaluated or written out whole.
 */
export function storedConstant(
  weight: { readonly shape: Shape; readonly data: Float32Array },
  stored: StoredAt,
  name: string,
): Tensor {
  const source = {
    ...({ kind: 'constant', name, stored } as const),
    get data() {
      return weight.data;
    },
  };
  return { shape: weight.shape, elementType: 'float32', source };
}

/** A constant of one repeated value, in the element type of `like`. */
export function filled(value: number, shape: Shape, like: ElementType): Tensor {
  const length = elementCount(shape);
  if (like === 'float64') return constant(new Float64Array(length).fill(value), shape);
  if (like === 'int64') return constant(new BigInt64Array(length).fill(BigInt(value)), shape);
  return constant(new Float32Array(length).fill(value), shape);
}

/** A constant of the given numbers, in the element type of `like`. */
export function constantLike(numbers: ArrayLike<number>, shape: Shape, like: ElementType): Tensor {
  return constant(like === 'float64' ? Float64Array.from(numbers) : Float32Array.from(numbers), shape);
}

/** How many elements a shape holds; 1 for a scalar. */
export function elementCount(shape: Shape): number {
  return shape.reduce((count, length) => count * length, 1);
}

/** An element's place on each axis, of its index row by row. */
export function unravel(index: number, shape: Shape): number[] {
  const position = Array<number>(shape.length);
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    position[axis] = index % shape[axis]!;
    index = Math.floor(index / shape[axis]!);
  }
  return position;
}

/** The reverse. */
export function ravel(position: readonly number[], shape: Shape): number {
  return shape.reduce((index, length, axis) => index * length + position[axis]!, 0);
}

/** The axis counted from the front; negative axes count from the end. */
export function resolveAxis(axis: number, rank: number): number {
  const resolved = axis < 0 ? axis + rank : axis;
  if (resolved < 0 || resolved >= rank) throw new Error(`axis ${axis} does not exist in a tensor of rank ${rank}`);
  return resolved;
}

/**
 * The shape that two shapes broadcast to (numpy's rule: aligned from the right, length 1 stretches).
 * @throws when a pair of lengths differs and neither is 1.
 */
export function broadcastShapes(a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const left = a[axis - rank + a.length] ?? 1;
    const right = b[axis - rank + b.length] ?? 1;
    if (left !== right && left !== 1 && right !== 1) throw new Error(`shapes [${a}] and [${b}] do not broadcast`);
    return left === 1 ? right : left;
  });
}
