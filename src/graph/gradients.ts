// The gradient table: one row for each operator. A row takes the node and the gradients of its outputs, and gives the
// gradients of its inputs, as graphs. What nobody asks for is never reached, so a row may offer more than is used.
import { convolutionOf } from './convolution.ts';
import {
  add,
  type ConvolutionOptions,
  cast,
  concat,
  convolve,
  convolveTransposed,
  divide,
  equal,
  erf,
  exp,
  expand,
  gemm,
  greater,
  hardSigmoid,
  matMul,
  mean,
  multiply,
  negate,
  reshape,
  sigmoid,
  slice,
  split,
  subtract,
  sum,
  sumToShape,
  transpose,
  where,
} from './functions.ts';
import type { OperatorName } from './operators.ts';
import { constant, elementCount, filled, type Node, resolveAxis, type Tensor } from './tensor.ts';

type GradientRow = (
  node: Node,
  gradient: Tensor,
  gradients: readonly (Tensor | undefined)[],
) => readonly (Tensor | undefined)[];

/**
 * Of the gradient of a in y = a b: the sums of its rows' products with a's, which are those of y's gradient with y
 * (Dao et al. 2022, FlashAttention, appendix B.2) and so come from a narrower tensor where a is attention.
 */
const contractions = new WeakMap<Tensor, { readonly against: Tensor; sums(): Tensor }>();

/** Rows for the operators that can be differentiated. `gradient` is that of the first output. */
export const gradientTable: Partial<Record<OperatorName, GradientRow>> = {
  Add: ({ inputs: [a, b] }, g) => [sumToShape(g, a!.shape), sumToShape(g, b!.shape)],
  Sub: ({ inputs: [a, b] }, g) => [sumToShape(g, a!.shape), sumToShape(negate(g), b!.shape)],
  Mul: ({ inputs: [a, b] }, g) => [sumToShape(multiply(g, b!), a!.shape), sumToShape(multiply(g, a!), b!.shape)],
  Div: ({ inputs: [a, b], outputs: [y] }, g) => {
    const quotient = divide(g, b!);
    return [sumToShape(quotient, a!.shape), sumToShape(negate(multiply(quotient, y!)), b!.shape)];
  },
  Neg: (_, g) => [negate(g)],
  Exp: ({ outputs: [y] }, g) => [multiply(g, y!)],
  Log: ({ inputs: [x] }, g) => [divide(g, x!)],
  Sqrt: ({ outputs: [y] }, g) => [divide(multiply(g, 0.5), y!)],
  Tanh: ({ outputs: [y] }, g) => [multiply(g, subtract(1, multiply(y!, y!)))],
  Sigmoid: ({ outputs: [y] }, g) => [multiply(g, multiply(y!, subtract(1, y!)))],
  Softplus: ({ inputs: [x] }, g) => [multiply(g, sigmoid(x!))],
  Erf: ({ inputs: [x] }, g) => [multiply(g, multiply(exp(negate(multiply(x!, x!))), 2 / Math.sqrt(Math.PI)))],
  Relu: ({ inputs: [x] }, g) => [where(greater(x!, 0), g, 0)],
  HardSigmoid: ({ outputs: [y], attributes }, g) => [
    where(greater(y!, 0), where(greater(1, y!), multiply(g, attributes.alpha as number), 0), 0),
  ],
  // d/dx x Phi(x) = Phi(x) + x phi(x), with the unit normal's distribution Phi(x) = (1 + erf(u)) / 2 and density
  // phi(x) = exp(-u^2) / sqrt(2 pi), u = x / sqrt 2. Constants go where they save a pass over a wide tensor: the
  // density's into the exponent, and Phi, which lies between 0 and 1, is a hard sigmoid of erf.
  Gelu: ({ inputs: [x] }, g) => {
    const u = multiply(x!, Math.SQRT1_2);
    const density = exp(subtract(-Math.log(2 * Math.PI) / 2, multiply(u, u)));
    return [multiply(g, add(hardSigmoid(erf(u), 0.5, 0.5), multiply(x!, density)))];
  },
  Cast: ({ inputs: [x] }, g) => [x!.elementType.startsWith('float') ? cast(g, x!.elementType) : undefined],
  Where: ({ inputs: [condition, a, b] }, g) => [
    undefined,
    sumToShape(where(condition!, g, 0), a!.shape),
    sumToShape(where(condition!, 0, g), b!.shape),
  ],
  MatMul: ({ inputs: [a, b], outputs: [y] }, g) => {
    const ofA = sumToShape(matMul(g, swapLastAxes(b!)), a!.shape);
    const isBroadcast = a!.shape.slice(0, -1).join() !== g.shape.slice(0, -1).join();
    if (!isBroadcast) contractions.set(ofA, { against: a!, sums: () => sum(multiply(g, y!), [-1], true) });
    return [ofA, sumToShape(matMul(swapLastAxes(a!), g), b!.shape)];
  },
  // y = op(a) op(b) + bias; the four cases of transposition reduce to products that need no Transpose node.
  Gemm: ({ inputs: [a, b, bias], attributes }, g) => {
    const transA = attributes.transA === 1;
    const transB = attributes.transB === 1;
    return [
      transA ? gemm(b!, g, { transA: transB, transB: true }) : gemm(g, b!, { transB: !transB }),
      transB ? gemm(g, a!, { transA: true, transB: transA }) : gemm(a!, g, { transA: !transA }),
      bias && sumToShape(g, bias.shape),
    ];
  },
  // Rows that were picked more than once get the sum, as a product with a table of which row went where.
  Gather: ({ inputs: [x, indices] }, g) => {
    const [rows = 0, ...rest] = x!.shape;
    const picked = elementCount(indices!.shape);
    const places = constant(
      BigInt64Array.from({ length: rows }, (_, row) => BigInt(row)),
      [1, rows],
    );
    const cameFrom = cast(equal(reshape(indices!, [picked, 1]), places), x!.elementType);
    return [reshape(gemm(cameFrom, reshape(g, [picked, elementCount(rest)]), { transA: true }), x!.shape), undefined];
  },
  Transpose: ({ attributes }, g) => {
    const perm = attributes.perm as readonly number[];
    return [
      transpose(
        g,
        perm.map((_, axis) => perm.indexOf(axis)),
      ),
    ];
  },
  Reshape: ({ inputs: [x] }, g) => [reshape(g, x!.shape)],
  Expand: ({ inputs: [x] }, g) => [sumToShape(g, x!.shape)],
  Concat: ({ inputs, attributes }, g) => {
    const axis = attributes.axis as number;
    const lengths = inputs.map(({ shape }) => shape[axis] as number);
    return split(g, axis, lengths);
  },
  Split: ({ outputs, attributes }, _, gradients) => {
    const parts = outputs.map(
      ({ shape, elementType }, part) => gradients[part] ?? expand(filled(0, [], elementType), shape),
    );
    return [concat(parts, attributes.axis as number)];
  },
  Conv: (node, g) => {
    const [x, kernels, bias] = node.inputs;
    const options = convolutionOptions(node);
    const { stride, dilation, padding } = options;
    const reached = (axis: 0 | 1) =>
      stride[axis] * (g.shape[axis + 2]! - 1) + dilation[axis] * (kernels!.shape[axis + 2]! - 1) + 1;
    const rest = ([0, 1] as const).map((axis) => x!.shape[axis + 2]! + 2 * padding[axis] - reached(axis));
    return [
      convolveTransposed(g, kernels!, { ...options, rest: rest as [number, number] }),
      ofKernels(x!, g, kernels!, options),
      bias && sum(g, [0, 2, 3]),
    ];
  },
  ConvTranspose: (node, g) => {
    const [x, kernels] = node.inputs;
    const options = convolutionOptions(node);
    return [convolve(g, kernels!, undefined, options), ofKernels(g, x!, kernels!, options)];
  },
  // Equal maxima share the gradient.
  MaxPool: ({ inputs: [x], outputs: [y], attributes }, g) => {
    const [rows, columns] = attributes.kernel_shape as [number, number];
    const [count, channels, down, across] = y!.shape as [number, number, number, number];
    const windows = [count, channels, down, rows, across, columns];
    const spread = (map: Tensor) =>
      reshape(expand(reshape(map, [count, channels, down, 1, across, 1]), windows), x!.shape);
    const isMax = cast(equal(x!, spread(y!)), x!.elementType);
    const ties = sum(reshape(isMax, windows), [3, 5]);
    return [multiply(isMax, spread(divide(g, ties)))];
  },
  ReduceSum: (node, g) => [spreadReduced(node, g)],
  ReduceMean: (node, g) => [divide(spreadReduced(node, g), ratioOfSizes(node))],
  // Equal maxima share the gradient.
  ReduceMax: (node, g) => {
    const [x] = node.inputs;
    const isMax = cast(equal(x!, spreadReduced(node, node.outputs[0]!)), x!.elementType);
    const ties = sum(isMax, node.attributes.axes as readonly number[], true);
    return [divide(multiply(isMax, spreadReduced(node, g)), ties)];
  },
  Softmax: ({ outputs: [y], attributes }, g) => {
    const axis = attributes.axis as number;
    const known = axis === y!.shape.length - 1 ? contractions.get(g) : undefined;
    const sums = known?.against === y ? known!.sums() : sum(multiply(g, y!), [axis], true);
    return [multiply(y!, subtract(g, sums))];
  },
  LogSoftmax: ({ outputs: [y], attributes }, g) => [
    subtract(g, multiply(exp(y!), sum(g, [attributes.axis as number], true))),
  ],
  // With the normalised input n, h = g scale and the deviation d: dx = (h - mean(h) - n mean(h n)) / d (Ba et al. 2016,
  // section 3, differentiated), sorted by what is multiplied with h, with x and with ones.
  LayerNormalization: (
    { inputs: [x, scale, bias], outputs: [, average, inverseDeviation] },
    g,
    [, ...ofStatistics],
  ) => {
    if (ofStatistics.some(Boolean)) throw new Error('LayerNormalization: gradients of the statistics have no rule');
    const h = multiply(g, scale!);
    const meanOfH = mean(h, [-1], true);
    const covariance = subtract(mean(multiply(h, x!), [-1], true), multiply(meanOfH, average!));
    const ofX = multiply(covariance, multiply(inverseDeviation!, multiply(inverseDeviation!, inverseDeviation!)));
    const ofOnes = subtract(multiply(ofX, average!), multiply(meanOfH, inverseDeviation!));
    const normalised = multiply(subtract(x!, average!), inverseDeviation!);
    return [
      add(subtract(multiply(h, inverseDeviation!), multiply(x!, ofX)), ofOnes),
      sumToShape(multiply(g, normalised), scale!.shape),
      sumToShape(g, bias!.shape),
    ];
  },
};

type Both = readonly [number, number];

function convolutionOptions({ attributes }: Node): { stride: Both; dilation: Both; padding: Both } {
  const { strides, dilations, pads } = convolutionOf(attributes);
  const [top, left, bottom, right] = pads;
  if (top !== bottom || left !== right)
    throw new Error('Conv: gradients need as much padding at the end as at the start');
  return { stride: strides as Both, dilation: dilations as Both, padding: [top!, left!] };
}

/**
 * The gradient of a convolution's kernels: its input under its output's gradient, clips and channels exchanged. What is
 * a stride there is a dilation here, and the reverse.
 */
function ofKernels(x: Tensor, g: Tensor, kernels: Tensor, { stride, dilation, padding }: Required<ConvolutionOptions>) {
  const exchanged = (maps: Tensor) => transpose(maps, [1, 0, 2, 3]);
  const all = convolve(exchanged(x), exchanged(g), undefined, { stride: dilation, dilation: stride, padding });
  const [, , rows, columns] = kernels.shape as [number, number, number, number];
  return exchanged(slice(slice(all, 2, 0, rows), 3, 0, columns));
}

function swapLastAxes(x: Tensor): Tensor {
  const rank = x.shape.length;
  return transpose(x, [...Array(rank - 2).keys(), rank - 1, rank - 2]);
}

/** A gradient of a reduction's result, back in the shape of the reduction's input. */
function spreadReduced({ inputs: [x], attributes }: Node, g: Tensor): Tensor {
  const axes = (attributes.axes as readonly number[]).map((axis) => resolveAxis(axis, x!.shape.length));
  const kept = x!.shape.map((length, axis) => (axes.includes(axis) ? 1 : length));
  return expand(reshape(g, kept), x!.shape);
}

function ratioOfSizes({ inputs: [x], outputs: [y] }: Node): number {
  const size = ({ shape }: Tensor) => shape.reduce((product, length) => product * length, 1);
  return size(x!) / size(y!);
}
