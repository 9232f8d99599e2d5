// The operators of ONNX opset 21, and of ONNX Runtime's own set, that Duet uses: for each its output types and how it
// is written in a file. An operator is added here, with a row in gradients.ts and one in interpret.ts.
import { convolutionOf, mapsOf, placesOf, pooledShape } from './convolution.ts';
import {
  type Attributes,
  broadcastShapes,
  type ElementType,
  elementCount,
  resolveAxis,
  type Shape,
  type Tensor,
  type TensorType,
} from './tensor.ts';

type AttributeKind = 'int' | 'float' | 'ints' | 'string';

type OperatorRule = {
  /** Types of the outputs. @throws when the inputs do not fit the operator. */
  readonly infer: (inputs: readonly TensorType[], attributes: Attributes) => readonly TensorType[];
  /** Attributes that ONNX writes as attributes. */
  readonly attributes?: Readonly<Record<string, AttributeKind>>;
  /** Default: ONNX's own operators. Those of ONNX Runtime are for its CPUs. */
  readonly domain?: 'com.microsoft';
  /** Attributes that ONNX expects as constant int64 inputs, in this order after the tensors. */
  readonly constantInputs?: readonly string[];
};

const sameAsFirst: OperatorRule = { infer: ([x]) => [typeOf(x)] };

const elementwise: OperatorRule = {
  infer: ([a, b]) => {
    if (typeOf(a).elementType !== typeOf(b).elementType)
      throw new Error(`element types differ: ${a?.elementType} and ${b?.elementType}`);
    return [{ shape: broadcastShapes(typeOf(a).shape, typeOf(b).shape), elementType: typeOf(a).elementType }];
  },
};

const comparison: OperatorRule = {
  infer: (inputs, attributes) =>
    elementwise.infer(inputs, attributes).map(({ shape }) => ({ shape, elementType: 'bool' })),
};

const reduction: OperatorRule = {
  infer: ([x], { axes, keepdims }) => {
    const { shape, elementType } = typeOf(x);
    const reduced = (axes as readonly number[]).map((axis) => resolveAxis(axis, shape.length));
    const kept = shape.map((length, axis) => (reduced.includes(axis) ? 1 : length));
    return [{ shape: keepdims === 1 ? kept : kept.filter((_, axis) => !reduced.includes(axis)), elementType }];
  },
  attributes: { keepdims: 'int' },
  constantInputs: ['axes'],
};

const convolutionAttributes = { strides: 'ints', dilations: 'ints', pads: 'ints' } as const;

const alongAxis: OperatorRule = {
  infer: ([x], { axis }) => {
    resolveAxis(axis as number, typeOf(x).shape.length);
    return [typeOf(x)];
  },
  attributes: { axis: 'int' },
};

export const operators = {
  Add: elementwise,
  Sub: elementwise,
  Mul: elementwise,
  Div: elementwise,
  Equal: comparison,
  Greater: comparison,
  /** Its input; nothing flows back through it. */
  Identity: sameAsFirst,
  Neg: sameAsFirst,
  Exp: sameAsFirst,
  Log: sameAsFirst,
  Sqrt: sameAsFirst,
  Tanh: sameAsFirst,
  Sigmoid: sameAsFirst,
  Softplus: sameAsFirst,
  Erf: sameAsFirst,
  Relu: sameAsFirst,
  /** alpha x + beta between 0 and 1. */
  HardSigmoid: { ...sameAsFirst, attributes: { alpha: 'float', beta: 'float' } },
  Gelu: { ...sameAsFirst, attributes: { approximate: 'string' } },
  Cast: {
    infer: ([x], { to }) => [{ shape: typeOf(x).shape, elementType: castTargets.get(to as number) as ElementType }],
    attributes: { to: 'int' },
  },
  Where: {
    infer: ([condition, a, b]) => [
      {
        shape: broadcastShapes(typeOf(condition).shape, broadcastShapes(typeOf(a).shape, typeOf(b).shape)),
        elementType: typeOf(a).elementType,
      },
    ],
  },
  MatMul: {
    infer: ([a, b]) => {
      const left = typeOf(a).shape;
      const right = typeOf(b).shape;
      if (left.length < 2 || right.length < 2 || left.at(-1) !== right.at(-2))
        throw new Error(`inner lengths differ: [${left}] and [${right}]`);
      const batch = broadcastShapes(left.slice(0, -2), right.slice(0, -2));
      return [{ shape: [...batch, left.at(-2) as number, right.at(-1) as number], elementType: typeOf(a).elementType }];
    },
  },
  Gemm: {
    infer: ([a, b, bias], { transA, transB }) => {
      const [rows, inner] = transA === 1 ? typeOf(a).shape.toReversed() : typeOf(a).shape;
      const [innerOfB, columns] = transB === 1 ? typeOf(b).shape.toReversed() : typeOf(b).shape;
      if (typeOf(a).shape.length !== 2 || typeOf(b).shape.length !== 2 || inner !== innerOfB)
        throw new Error(
          `two matrices with one inner length are needed, got [${typeOf(a).shape}] and [${typeOf(b).shape}]`,
        );
      const shape = [rows as number, columns as number];
      if (bias && broadcastShapes(shape, bias.shape).join() !== shape.join())
        throw new Error(`bias [${bias.shape}] does not fit [${shape}]`);
      return [{ shape, elementType: typeOf(a).elementType }];
    },
    attributes: { transA: 'int', transB: 'int' },
  },
  Abs: sameAsFirst,
  /** x / scale + zero point as uint8, with a scale and a zero point for each entry of `axis`. */
  QuantizeLinear: {
    infer: ([x]) => [{ shape: typeOf(x).shape, elementType: 'uint8' }],
    attributes: { axis: 'int' },
  },
  /**
   * scale of a times scale of b times (a - zero point of a) b, for uint8 [rows, inner] and int8 [inner, columns], which
   * may have a scale for each column. The sums are exact, in 32 bits.
   */
  MatMulIntegerToFloat: {
    infer: ([a, b]) => {
      if (typeOf(a).elementType !== 'uint8' || typeOf(b).elementType !== 'int8')
        throw new Error('uint8 and int8 are needed');
      const [rows, inner] = typeOf(a).shape as [number, number];
      const [innerOfB, columns] = typeOf(b).shape as [number, number];
      if (typeOf(a).shape.length !== 2 || typeOf(b).shape.length !== 2 || inner !== innerOfB)
        throw new Error('two matrices with one inner length are needed');
      return [{ shape: [rows, columns], elementType: 'float32' }];
    },
    domain: 'com.microsoft',
  },
  /** Rows of the first input's axis 0, picked by int64 indices of any shape. */
  Gather: {
    infer: ([x, indices]) => {
      if (typeOf(indices).elementType !== 'int64') throw new Error('indices must be int64');
      return [{ shape: [...typeOf(indices).shape, ...typeOf(x).shape.slice(1)], elementType: typeOf(x).elementType }];
    },
    attributes: { axis: 'int' },
  },
  Transpose: {
    infer: ([x], { perm }) => [
      {
        shape: (perm as readonly number[]).map((axis) => typeOf(x).shape[axis] as number),
        elementType: typeOf(x).elementType,
      },
    ],
    attributes: { perm: 'ints' },
  },
  Reshape: {
    infer: ([x], { shape }) => {
      if (elementCount(typeOf(x).shape) !== elementCount(shape as Shape))
        throw new Error(`[${typeOf(x).shape}] does not fill [${shape}]`);
      return [{ shape: shape as Shape, elementType: typeOf(x).elementType }];
    },
    constantInputs: ['shape'],
  },
  Expand: {
    infer: ([x], { shape }) => [
      { shape: broadcastShapes(typeOf(x).shape, shape as Shape), elementType: typeOf(x).elementType },
    ],
    constantInputs: ['shape'],
  },
  Concat: {
    infer: (inputs, { axis }) => {
      const { shape, elementType } = typeOf(inputs[0]);
      const along = resolveAxis(axis as number, shape.length);
      for (const other of inputs)
        if (other.shape.length !== shape.length || other.shape.some((length, i) => i !== along && length !== shape[i]))
          throw new Error(`shapes [${shape}] and [${other.shape}] differ outside axis ${along}`);
      const total = inputs.reduce((sum, { shape }) => sum + (shape[along] as number), 0);
      return [{ shape: shape.with(along, total), elementType }];
    },
    attributes: { axis: 'int' },
  },
  Split: {
    infer: ([x], { axis, split }) => {
      const { shape, elementType } = typeOf(x);
      const along = resolveAxis(axis as number, shape.length);
      const lengths = split as readonly number[];
      if (lengths.reduce((sum, length) => sum + length, 0) !== shape[along])
        throw new Error(`parts [${lengths}] do not add up to ${shape[along]}`);
      return lengths.map((length) => ({ shape: shape.with(along, length), elementType }));
    },
    attributes: { axis: 'int' },
    constantInputs: ['split'],
  },
  /** Elements from `starts` up to, not including, `ends` along `axes`; here of one axis. */
  Slice: {
    infer: ([x], attributes) => {
      const { shape, elementType } = typeOf(x);
      const [start, end, axis] = [attributes.starts, attributes.ends, attributes.axes].map(
        (only) => (only as readonly number[])[0]!,
      );
      const along = resolveAxis(axis!, shape.length);
      if (start! < 0 || end! <= start! || end! > shape[along]!)
        throw new Error(`${start} to ${end} is no part of axis ${along}`);
      return [{ shape: shape.with(along, end! - start!), elementType }];
    },
    constantInputs: ['starts', 'ends', 'axes'],
  },
  ReduceSum: reduction,
  ReduceMean: reduction,
  ReduceMax: reduction,
  /** Cross-correlation of maps [N, C, height, width] with kernels [M, C, rows, columns], and a bias [M]. */
  Conv: {
    infer: ([x, kernels, bias], attributes) => {
      const shape = placesOf(typeOf(x).shape, typeOf(kernels).shape, convolutionOf(attributes));
      if (bias && bias.shape.join() !== `${shape[1]}`) throw new Error(`a bias [${shape[1]}] is needed`);
      return [{ shape, elementType: typeOf(x).elementType }];
    },
    attributes: convolutionAttributes,
  },
  /** What `Conv` does to a gradient on its way back, with the same kernels. */
  ConvTranspose: {
    infer: ([x, kernels], attributes) => {
      const rest = attributes.output_padding as readonly number[];
      const shape = mapsOf(typeOf(x).shape, typeOf(kernels).shape, convolutionOf(attributes), rest);
      return [{ shape, elementType: typeOf(x).elementType }];
    },
    attributes: { ...convolutionAttributes, output_padding: 'ints' },
  },
  /** Largest element of each window of maps; the windows lie side by side and fill the maps. */
  MaxPool: {
    infer: ([x], { kernel_shape }) => [
      { shape: pooledShape(typeOf(x).shape, kernel_shape as readonly number[]), elementType: typeOf(x).elementType },
    ],
    attributes: { kernel_shape: 'ints', strides: 'ints' },
  },
  Softmax: alongAxis,
  LogSoftmax: alongAxis,
  /** Outputs: the normalised tensor, the mean and the inverse standard deviation over the last axis. */
  LayerNormalization: {
    infer: ([x]) => {
      const { shape, elementType } = typeOf(x);
      const statistics = { shape: shape.with(-1, 1), elementType };
      return [{ shape, elementType }, statistics, statistics];
    },
    attributes: { axis: 'int', epsilon: 'float' },
  },
} as const satisfies Record<string, OperatorRule>;

export type OperatorName = keyof typeof operators;

/** The rule of an operator, seen through its general type. */
export function operatorRule(name: OperatorName): OperatorRule {
  return operators[name];
}

/** ONNX's numbers for the types that Cast can make. */
export const elementTypeNumbers: Readonly<Record<ElementType, number>> = {
  float32: 1,
  uint8: 2,
  int8: 3,
  int64: 7,
  bool: 9,
  float64: 11,
};
const castTargets = new Map(Object.entries(elementTypeNumbers).map(([name, number]) => [number, name as ElementType]));

/**
 * Applies an operator.
 * @returns one tensor for each output.
 * @throws when the inputs do not fit, naming the operator and the shapes.
 */
export function apply(
  operator: OperatorName,
  inputs: readonly Tensor[],
  attributes: Attributes = {},
): readonly Tensor[] {
  let types: readonly TensorType[];
  try {
    types = operatorRule(operator).infer(inputs, attributes);
  } catch (error) {
    const shapes = inputs.map(({ shape }) => `[${shape}]`).join(' ');
    throw new Error(`${operator} of ${shapes}: ${error instanceof Error ? error.message : error}`);
  }
  const outputs: Tensor[] = [];
  const node = { operator, inputs, attributes, outputs };
  for (const [output, type] of types.entries()) outputs.push({ ...type, source: { kind: 'node', node, output } });
  return outputs;
}

function typeOf(type: TensorType | undefined): TensorType {
  if (!type) throw new Error('an input is missing');
  return type;
}
