// A slow, plain evaluation of a graph in double precision: the oracle that gradients and ONNX Runtime's results are
// tested against.
import { convolutionOf, forEachProduct } from './convolution.ts';
import { topologicalOrder } from './differentiate.ts';
import type { OperatorName } from './operators.ts';
import { type Attributes, elementCount, ravel, type Shape, type Tensor, unravel } from './tensor.ts';

type Value = { readonly shape: Shape; readonly data: Float64Array };
type Evaluation = (
  inputs: readonly Value[],
  attributes: Attributes,
  outputs: readonly Tensor[],
) => readonly Float64Array[];

/**
 * Values of `outputs` in double precision, each row by row.
 * @param feeds a value for every input that the outputs depend on.
 * @throws when an input has no value or a value of another length.
 */
export function interpret(outputs: readonly Tensor[], feeds: ReadonlyMap<Tensor, ArrayLike<number>>): Float64Array[] {
  const values = new Map<Tensor, Value>();
  const get = (tensor: Tensor): Value => {
    const known = values.get(tensor);
    if (known) return known;
    const { source, shape } = tensor;
    const data = source.kind === 'constant' ? source.data : feeds.get(tensor);
    if (!data || data.length !== elementCount(shape))
      throw new Error(
        `interpret: ${source.kind === 'input' ? source.name : 'a tensor'} needs a value of shape [${shape}]`,
      );
    const value = {
      shape,
      data: data instanceof BigInt64Array ? Float64Array.from(data, Number) : new Float64Array(data),
    };
    values.set(tensor, value);
    return value;
  };
  for (const node of topologicalOrder(outputs)) {
    const results = evaluations[node.operator as OperatorName](node.inputs.map(get), node.attributes, node.outputs);
    for (const [index, output] of node.outputs.entries())
      values.set(output, { shape: output.shape, data: results[index] as Float64Array });
  }
  return outputs.map((output) => get(output).data);
}

const evaluations: Record<OperatorName, Evaluation> = {
  Add: elementwise((a, b) => a + b),
  Sub: elementwise((a, b) => a - b),
  Mul: elementwise((a, b) => a * b),
  Div: elementwise((a, b) => a / b),
  Equal: elementwise((a, b) => Number(a === b)),
  Greater: elementwise((a, b) => Number(a > b)),
  Identity: ([x]) => [x!.data],
  Neg: elementwise((a) => -a),
  Exp: elementwise(Math.exp),
  Log: elementwise(Math.log),
  Sqrt: elementwise(Math.sqrt),
  Tanh: elementwise(Math.tanh),
  Sigmoid: elementwise((a) => 1 / (1 + Math.exp(-a))),
  Softplus: elementwise((a) => Math.max(a, 0) + Math.log1p(Math.exp(-Math.abs(a)))),
  Erf: elementwise(errorFunction),
  Relu: elementwise((a) => Math.max(a, 0)),
  HardSigmoid: ([x], { alpha, beta }) => [
    x!.data.map((a) => Math.min(Math.max((alpha as number) * a + (beta as number), 0), 1)),
  ],
  Gelu: elementwise((a) => (a / 2) * (1 + errorFunction(a * Math.SQRT1_2))),
  Cast: elementwise((a) => a),
  Where: elementwise((condition, a, b) => (condition ? a : b)),
  MatMul: ([a, b], _, [y]) => {
    const [rows, columns] = y!.shape.slice(-2) as [number, number];
    const inner = a!.shape.at(-1) as number;
    const batch = y!.shape.slice(0, -2);
    const left = broadcastPlaces(a!.shape.slice(0, -2), batch);
    const right = broadcastPlaces(b!.shape.slice(0, -2), batch);
    const result = new Float64Array(elementCount(y!.shape));
    for (let matrix = 0; matrix < elementCount(batch); matrix++)
      product(
        a!.data,
        left[matrix]! * rows * inner,
        inner,
        1,
        b!.data,
        right[matrix]! * inner * columns,
        columns,
        1,
        [rows, inner, columns],
        result,
        matrix * rows * columns,
      );
    return [result];
  },
  Gemm: ([a, b, bias], { transA, transB }, [y]) => {
    const [rows, columns] = y!.shape as [number, number];
    const inner = elementCount(a!.shape) / rows;
    const result = new Float64Array(rows * columns);
    const [aRow, aColumn] = transA ? [1, rows] : [inner, 1];
    const [bRow, bColumn] = transB ? [1, inner] : [columns, 1];
    product(a!.data, 0, aRow, aColumn, b!.data, 0, bRow, bColumn, [rows, inner, columns], result, 0);
    if (!bias) return [result];
    const added = broadcast(bias, y!.shape);
    return [result.map((value, i) => value + added[i]!)];
  },
  Abs: elementwise(Math.abs),
  QuantizeLinear: ([x, scale, zeroPoint]) => {
    const width = x!.data.length / scale!.data.length;
    return [
      x!.data.map((value, index) => {
        const row = Math.floor(index / width);
        return Math.min(Math.max(roundToEven(value / scale!.data[row]!) + zeroPoint!.data[row]!, 0), 255);
      }),
    ];
  },
  MatMulIntegerToFloat: ([a, b, scale, scales, zeroPoint], _, [y]) => {
    const [rows, inner] = a!.shape as [number, number];
    const columns = b!.shape[1]!;
    const centred = a!.data.map((value) => value - zeroPoint!.data[0]!);
    const result = new Float64Array(elementCount(y!.shape));
    product(centred, 0, inner, 1, b!.data, 0, columns, 1, [rows, inner, columns], result, 0);
    return [result.map((value, index) => value * scale!.data[0]! * scales!.data[index % columns]!)];
  },
  Gather: ([x, indices]) => {
    const row = elementCount(x!.shape.slice(1));
    const result = new Float64Array(indices!.data.length * row);
    for (const [place, index] of indices!.data.entries())
      result.set(x!.data.subarray(index * row, (index + 1) * row), place * row);
    return [result];
  },
  Transpose: ([x], { perm }, [y]) => {
    const strides = stridesOf(x!.shape);
    return [
      taken(
        x!.data,
        places(
          y!.shape,
          (perm as number[]).map((axis) => strides[axis]!),
        ),
      ),
    ];
  },
  Reshape: ([x]) => [x!.data],
  Expand: ([x], _, [y]) => [broadcast(x!, y!.shape)],
  Concat: (inputs, { axis }, [y]) => {
    const result = new Float64Array(elementCount(y!.shape));
    const strides = stridesOf(y!.shape);
    let start = 0;
    for (const { shape, data } of inputs) {
      for (const [index, place] of places(shape, strides, start).entries()) result[place] = data[index]!;
      start += shape[axis as number]! * strides[axis as number]!;
    }
    return [result];
  },
  Split: ([x], { axis }, outputs) => {
    let start = 0;
    return outputs.map(({ shape }) => {
      const part = cutOut(x!, shape, axis as number, start);
      start += shape[axis as number]!;
      return part;
    });
  },
  Slice: ([x], { axes, starts }, [y]) => [cutOut(x!, y!.shape, (axes as number[])[0]!, (starts as number[])[0]!)],
  ReduceSum: reduction((values) => values.reduce((total, value) => total + value, 0)),
  ReduceMean: reduction((values) => values.reduce((total, value) => total + value, 0) / values.length),
  ReduceMax: reduction((values) => Math.max(...values)),
  Conv: ([x, kernels, bias], attributes, [y]) => {
    const result = new Float64Array(elementCount(y!.shape));
    const channels = y!.shape[1]!;
    const places = y!.shape[2]! * y!.shape[3]!;
    if (bias) for (const i of result.keys()) result[i] = bias.data[Math.floor(i / places) % channels]!;
    forEachProduct(x!.shape, kernels!.shape, y!.shape, convolutionOf(attributes), (map, kernel, place) => {
      result[place]! += x!.data[map]! * kernels!.data[kernel]!;
    });
    return [result];
  },
  ConvTranspose: ([x, kernels], attributes, [y]) => {
    const result = new Float64Array(elementCount(y!.shape));
    forEachProduct(y!.shape, kernels!.shape, x!.shape, convolutionOf(attributes), (map, kernel, place) => {
      result[map]! += x!.data[place]! * kernels!.data[kernel]!;
    });
    return [result];
  },
  MaxPool: ([x], { kernel_shape }, [y]) => {
    const windows = kernel_shape as readonly number[];
    const result = new Float64Array(elementCount(y!.shape)).fill(Number.NEGATIVE_INFINITY);
    for (const [index, value] of x!.data.entries()) {
      const position = unravel(index, x!.shape).map((at, axis) =>
        axis < 2 ? at : Math.floor(at / windows[axis - 2]!),
      );
      const place = ravel(position, y!.shape);
      result[place] = Math.max(result[place]!, value);
    }
    return [result];
  },
  Softmax: alongAxis((values) => {
    const largest = Math.max(...values);
    const exponentials = values.map((value) => Math.exp(value - largest));
    const total = exponentials.reduce((sum, value) => sum + value, 0);
    return exponentials.map((value) => value / total);
  }),
  LogSoftmax: alongAxis((values) => {
    const largest = Math.max(...values);
    const logTotal = largest + Math.log(values.reduce((sum, value) => sum + Math.exp(value - largest), 0));
    return values.map((value) => value - logTotal);
  }),
  LayerNormalization: ([x, scale, bias], { epsilon }) => {
    const width = x!.shape.at(-1)!;
    const rows = x!.data.length / width;
    const normalised = new Float64Array(x!.data.length);
    const means = new Float64Array(rows);
    const inverseDeviations = new Float64Array(rows);
    for (let row = 0; row < rows; row++) {
      const values = x!.data.subarray(row * width, (row + 1) * width);
      const mean = values.reduce((total, value) => total + value, 0) / width;
      const variance = values.reduce((total, value) => total + (value - mean) ** 2, 0) / width;
      means[row] = mean;
      inverseDeviations[row] = 1 / Math.sqrt(variance + (epsilon as number));
      for (let i = 0; i < width; i++)
        normalised[row * width + i] = (values[i]! - mean) * inverseDeviations[row]! * scale!.data[i]! + bias!.data[i]!;
    }
    return [normalised, means, inverseDeviations];
  },
};

function elementwise(compute: (a: number, b: number, c: number) => number): Evaluation {
  return (inputs, _, [y]) => {
    const [a, b, c] = inputs.map((input) => broadcast(input, y!.shape));
    const result = new Float64Array(elementCount(y!.shape));
    for (let i = 0; i < result.length; i++) result[i] = compute(a![i]!, b ? b[i]! : 0, c ? c[i]! : 0);
    return [result];
  };
}

function reduction(compute: (values: number[]) => number): Evaluation {
  return ([x], { axes }, [y]) => {
    const groups = Array.from({ length: elementCount(y!.shape) }, (): number[] => []);
    const kept = x!.shape.map((length, axis) => ((axes as number[]).includes(axis) ? 1 : length));
    for (const [i, group] of broadcastPlaces(kept, x!.shape).entries()) groups[group]!.push(x!.data[i]!);
    return [Float64Array.from(groups, compute)];
  };
}

function alongAxis(compute: (values: number[]) => number[]): Evaluation {
  return ([x], { axis }) => {
    const length = x!.shape[axis as number]!;
    const stride = elementCount(x!.shape.slice((axis as number) + 1));
    const result = new Float64Array(x!.data.length);
    for (let start = 0; start < x!.data.length; start++) {
      if (Math.floor(start / stride) % length !== 0) continue;
      const places = Array.from({ length }, (_, i) => start + i * stride);
      for (const [i, value] of compute(places.map((place) => x!.data[place]!)).entries()) result[places[i]!] = value;
    }
    return [result];
  };
}

type Extent = readonly [rows: number, inner: number, columns: number];

function product(
  a: Float64Array,
  aStart: number,
  aRow: number,
  aColumn: number,
  b: Float64Array,
  bStart: number,
  bRow: number,
  bColumn: number,
  [rows, inner, columns]: Extent,
  result: Float64Array,
  start: number,
): void {
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      let total = 0;
      for (let i = 0; i < inner; i++)
        total += a[aStart + row * aRow + i * aColumn]! * b[bStart + i * bRow + column * bColumn]!;
      result[start + row * columns + column] = total;
    }
}

/** The part of that shape which begins at `start` along an axis. */
function cutOut({ data, shape: whole }: Value, shape: Shape, axis: number, start: number): Float64Array {
  const strides = stridesOf(whole);
  return taken(data, places(shape, strides, start * strides[axis]!));
}

function broadcast({ data, shape }: Value, wanted: Shape): Float64Array {
  return data.length === elementCount(wanted) ? data : taken(data, broadcastPlaces(shape, wanted));
}

/** For each element of the broadcast shape, where it lies in a tensor of `shape`. */
function broadcastPlaces(shape: Shape, wanted: Shape): Int32Array {
  const missing = wanted.length - shape.length;
  const strides = stridesOf(shape);
  return places(
    wanted,
    wanted.map((_, axis) => (axis < missing || shape[axis - missing] === 1 ? 0 : strides[axis - missing]!)),
  );
}

function taken(data: Float64Array, places: Int32Array): Float64Array {
  const result = new Float64Array(places.length);
  for (let i = 0; i < result.length; i++) result[i] = data[places[i]!]!;
  return result;
}

/** Where the elements of a shape lie, row by row, in data with these strides: one axis more in each round. */
function places(shape: Shape, strides: readonly number[], start = 0): Int32Array {
  let known = Int32Array.of(start);
  for (const [axis, length] of shape.entries()) {
    const finer = new Int32Array(known.length * length);
    for (let i = 0; i < finer.length; i++) finer[i] = known[Math.floor(i / length)]! + (i % length) * strides[axis]!;
    known = finer;
  }
  return known;
}

/** How far apart neighbours along each axis lie. */
function stridesOf(shape: Shape): number[] {
  return shape.map((_, axis) => elementCount(shape.slice(axis + 1)));
}

function roundToEven(value: number): number {
  const rounded = Math.round(value);
  return rounded - value === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}

/** erf to double precision: Taylor series near zero, Lentz's continued fraction of erfc beyond. */
function errorFunction(x: number): number {
  const size = Math.abs(x);
  if (size > 6) return Math.sign(x);
  if (size < 2.5) {
    let term = x;
    let total = x;
    for (let n = 1; Math.abs(term) > 1e-18 * Math.abs(total); n++) {
      term *= (-x * x) / n;
      total += term / (2 * n + 1);
      if (n > 200) break;
    }
    return (2 / Math.sqrt(Math.PI)) * total;
  }
  let fraction = 0;
  for (let n = 60; n >= 1; n--) fraction = n / 2 / (size + fraction);
  return Math.sign(x) * (1 - Math.exp(-size * size) / (Math.sqrt(Math.PI) * (size + fraction)));
}
