// What graphs are written with: one function for each operator, and the few compositions every model needs.
// A plain number stands for a scalar constant of the other operand's element type.
import { apply, elementTypeNumbers, type OperatorName } from './operators.ts';
import { type ElementType, filled, resolveAxis, type Shape, type Tensor } from './tensor.ts';

/** A tensor, or a number that stands for a scalar constant of the other operand's element type. */
export type Operand = Tensor | number;

function only(operator: OperatorName, inputs: readonly Tensor[], attributes = {}): Tensor {
  return apply(operator, inputs, attributes)[0] as Tensor;
}

function binary(operator: OperatorName) {
  return (a: Operand, b: Operand): Tensor => {
    const like = typeof a === 'number' ? (b as Tensor).elementType : a.elementType;
    return only(operator, [asTensor(a, like), asTensor(b, like)]);
  };
}

function unary(operator: OperatorName, attributes = {}) {
  return (x: Tensor): Tensor => only(operator, [x], attributes);
}

function asTensor(x: Operand, like: ElementType): Tensor {
  return typeof x === 'number' ? filled(x, [], like) : x;
}

/** a + b, element by element; shapes broadcast by numpy's rule. */
export const add = binary('Add');
/** a - b, element by element; shapes broadcast. */
export const subtract = binary('Sub');
/** a b, element by element; shapes broadcast. */
export const multiply = binary('Mul');
/** a / b, element by element; shapes broadcast. */
export const divide = binary('Div');
/** Whether a = b, element by element, as booleans; shapes broadcast. No gradient flows through it. */
export const equal = binary('Equal');
/** Whether a > b, element by element, as booleans; shapes broadcast. No gradient flows through it. */
export const greater = binary('Greater');

/** The same values, as a constant to whoever differentiates. */
export const detach = unary('Identity');
/** -x, element by element. */
export const negate = unary('Neg');
/** e to the power of each element. */
export const exp = unary('Exp');
/** The natural logarithm of each element. */
export const log = unary('Log');
/** The square root of each element. */
export const sqrt = unary('Sqrt');
/** The hyperbolic tangent of each element. */
export const tanh = unary('Tanh');
/** 1 / (1 + exp(-x)), element by element. */
export const sigmoid = unary('Sigmoid');
/** ln(1 + exp(x)), element by element. */
export const softplus = unary('Softplus');
/** The error function of each element. */
export const erf = unary('Erf');
/** The greater of x and 0, element by element. */
export const relu = unary('Relu');
/** alpha x + beta, but not below 0 and not above 1. */
export function hardSigmoid(x: Tensor, alpha: number, beta: number): Tensor {
  return only('HardSigmoid', [x], { alpha, beta });
}
/** GELU with the exact error function. */
export const gelu = unary('Gelu', { approximate: 'none' });

/** The same values as another element type. */
export function cast(x: Tensor, to: ElementType): Tensor {
  return x.elementType === to ? x : only('Cast', [x], { to: elementTypeNumbers[to] });
}

/** Elements of `a` where the condition holds, of `b` elsewhere. */
export function where(condition: Tensor, a: Operand, b: Operand): Tensor {
  const like = typeof a === 'number' ? (typeof b === 'number' ? 'float32' : b.elementType) : a.elementType;
  return only('Where', [condition, asTensor(a, like), asTensor(b, like)]);
}

/** The greater of two elements; of equal ones `b`. */
export function maximum(a: Operand, b: Operand): Tensor {
  return where(greater(a, b), a, b);
}

/** The smaller of two elements; of equal ones `b`. */
export function minimum(a: Operand, b: Operand): Tensor {
  return where(greater(b, a), a, b);
}

/** Matrix product over the last two axes; the others broadcast. */
export function matMul(a: Tensor, b: Tensor): Tensor {
  return only('MatMul', [a, b]);
}

/** Product of two matrices, each taken transposed on request, plus a bias row. */
export function gemm(
  a: Tensor,
  b: Tensor,
  options: { transA?: boolean; transB?: boolean; bias?: Tensor } = {},
): Tensor {
  const inputs = options.bias ? [a, b, options.bias] : [a, b];
  return only('Gemm', inputs, { transA: options.transA ? 1 : 0, transB: options.transB ? 1 : 0 });
}

/** The absolute value of each element. */
export const abs = unary('Abs');

/** x / scale + zeroPoint, rounded to uint8; `scale` and `zeroPoint` have an entry for each row of the matrix `x`. */
export function quantizeLinear(x: Tensor, scale: Tensor, zeroPoint: Tensor): Tensor {
  return only('QuantizeLinear', [x, scale, zeroPoint], { axis: 0 });
}

/** (a - zeroPoint) b for uint8 [rows, inner] and int8 [inner, columns], each column times its scale, as float32. */
export function matMulIntegerToFloat(a: Tensor, b: Tensor, scales: Tensor, zeroPoint: Tensor): Tensor {
  return only('MatMulIntegerToFloat', [a, b, filled(1, [], 'float32'), scales, zeroPoint]);
}

/**
 * x [..., in] times the transpose of weight [out, in], plus bias [out]: a linear layer in the layout checkpoints use.
 */
export function linear(x: Tensor, weight: Tensor, bias?: Tensor): Tensor {
  const rows = x.shape.slice(0, -1);
  const flat = reshape(x, [rows.reduce((product, length) => product * length, 1), x.shape.at(-1) as number]);
  return reshape(gemm(flat, weight, { transB: true, ...(bias && { bias }) }), [...rows, weight.shape[0] as number]);
}

/** Rows of `x`'s first axis picked by int64 indices, which give the result's first axes. */
export function gather(x: Tensor, indices: Tensor): Tensor {
  return only('Gather', [x, indices], { axis: 0 });
}

/** The axes of `x` in the order of `perm`: axis i of the result is axis perm[i] of `x`. */
export function transpose(x: Tensor, perm: readonly number[]): Tensor {
  return perm.every((axis, position) => axis === position) ? x : only('Transpose', [x], { perm });
}

/** The same elements row by row in another shape. @throws when the shape holds another number of elements. */
export function reshape(x: Tensor, shape: Shape): Tensor {
  return shape.join() === x.shape.join() ? x : only('Reshape', [x], { shape });
}

/** `x` broadcast to `shape` by numpy's rule. */
export function expand(x: Tensor, shape: Shape): Tensor {
  return shape.join() === x.shape.join() ? x : only('Expand', [x], { shape });
}

/** Parts one after another along an axis; their other axes are equally long. */
export function concat(parts: readonly Tensor[], axis: number): Tensor {
  return parts.length === 1
    ? (parts[0] as Tensor)
    : only('Concat', parts, { axis: resolveAxis(axis, (parts[0] as Tensor).shape.length) });
}

/** Parts of the given lengths along an axis; the lengths add up to the whole. */
export function split(x: Tensor, axis: number, lengths: readonly number[]): readonly Tensor[] {
  return lengths.length === 1 ? [x] : apply('Split', [x], { axis: resolveAxis(axis, x.shape.length), split: lengths });
}

/** Elements from `start` up to, not including, `end` along an axis. */
export function slice(x: Tensor, axis: number, start: number, end: number): Tensor {
  const along = resolveAxis(axis, x.shape.length);
  const lengths = [start, end - start, (x.shape[along] as number) - end];
  const parts = split(
    x,
    along,
    lengths.filter((length) => length > 0),
  );
  return parts[start > 0 ? 1 : 0] as Tensor;
}

/** How windows lie over a convolution's maps. */
export type ConvolutionOptions = {
  /** Places between two windows, down and across. Default: 1. */
  readonly stride?: readonly [number, number];
  /** Places between two weights of a kernel. Default: 1. */
  readonly dilation?: readonly [number, number];
  /** Zeros around the maps: above and below, left and right. Default: none. */
  readonly padding?: readonly [number, number];
};

function convolutionAttributes({ stride = [1, 1], dilation = [1, 1], padding = [0, 0] }: ConvolutionOptions) {
  return { strides: stride, dilations: dilation, pads: [...padding, ...padding] };
}

/** Maps x [N, C, height, width] under kernels [M, C, rows, columns], plus bias [M]: [N, M, ...]. */
export function convolve(x: Tensor, kernels: Tensor, bias?: Tensor, options: ConvolutionOptions = {}): Tensor {
  return only('Conv', bias ? [x, kernels, bias] : [x, kernels], convolutionAttributes(options));
}

/**
 * The transpose of `convolve` with the same kernels and options: maps [N, M, rows, columns] to [N, C, height, width].
 * `options.rest`: rows and columns at the end of the maps that no window of `convolve` reaches. Default: none.
 */
export function convolveTransposed(
  x: Tensor,
  kernels: Tensor,
  options: ConvolutionOptions & { readonly rest?: readonly [number, number] } = {},
): Tensor {
  const { rest = [0, 0] } = options;
  return only('ConvTranspose', [x, kernels], { ...convolutionAttributes(options), output_padding: rest });
}

/**
 * The largest elements of windows [rows, columns] that lie side by side; what fills no window at the end is left out.
 */
export function maxPool(x: Tensor, [rows, columns]: readonly [number, number]): Tensor {
  const whole = slice(slice(x, 2, 0, wholeOf(x, 2, rows)), 3, 0, wholeOf(x, 3, columns));
  return only('MaxPool', [whole], { kernel_shape: [rows, columns], strides: [rows, columns] });
}

/** The means of such windows. */
export function averagePool(x: Tensor, [rows, columns]: readonly [number, number]): Tensor {
  const [count, channels] = x.shape as [number, number];
  const [height, width] = [wholeOf(x, 2, rows), wholeOf(x, 3, columns)];
  const whole = slice(slice(x, 2, 0, height), 3, 0, width);
  const apart = reshape(whole, [count, channels, height / rows, rows, width / columns, columns]);
  return mean(apart, [3, 5]);
}

/** How much of an axis windows of a length fill. */
function wholeOf(x: Tensor, axis: number, length: number): number {
  return Math.floor(x.shape[axis]! / length) * length;
}

function reduce(operator: OperatorName) {
  return (x: Tensor, axes: readonly number[] = x.shape.map((_, axis) => axis), keepAxes = false): Tensor =>
    axes.length === 0
      ? x
      : only(operator, [x], {
          axes: axes.map((axis) => resolveAxis(axis, x.shape.length)),
          keepdims: keepAxes ? 1 : 0,
        });
}

/** Sum over `axes` (default: all). */
export const sum = reduce('ReduceSum');
/** Mean over `axes` (default: all). */
export const mean = reduce('ReduceMean');
/** Largest element over `axes` (default: all). */
export const max = reduce('ReduceMax');

/** exp(x) over its sum along an axis; negative axes count from the end. */
export function softmax(x: Tensor, axis = -1): Tensor {
  return only('Softmax', [x], { axis: resolveAxis(axis, x.shape.length) });
}

/** The logarithm of `softmax`, exact where a share is tiny. */
export function logSoftmax(x: Tensor, axis = -1): Tensor {
  return only('LogSoftmax', [x], { axis: resolveAxis(axis, x.shape.length) });
}

/** Normalisation of the last axis to zero mean and unit variance, then scale and bias. */
export function layerNormalization(x: Tensor, scale: Tensor, bias: Tensor, epsilon: number): Tensor {
  return only('LayerNormalization', [x, scale, bias], { axis: -1, epsilon });
}

/** Vectors of the last axis scaled to unit length; `epsilon` bounds the divisor from below, squared. */
export function l2Normalise(x: Tensor, epsilon = 1e-24): Tensor {
  return divide(x, sqrt(add(sum(multiply(x, x), [-1], true), epsilon)));
}

/** Sums a gradient over the axes along which a tensor of `shape` was broadcast. */
export function sumToShape(x: Tensor, shape: Shape): Tensor {
  if (x.shape.join() === shape.join()) return x;
  const missing = x.shape.length - shape.length;
  const axes = x.shape.flatMap((length, axis) =>
    axis < missing || (shape[axis - missing] === 1 && length !== 1) ? [axis] : [],
  );
  return reshape(sum(x, axes, true), shape);
}
