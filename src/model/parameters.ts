// What a trainable parameter is, how it starts, and how parameters enter a graph.
import { constant, elementCount, input, type Shape, type Tensor } from '../graph/tensor.ts';
import { createRandom } from '../random.ts';
import type { WeightData } from './frozen-weights.ts';
import type { Weights } from './vit.ts';
import { type Geometry, vitWeightShapes } from './vit-weights.ts';

/**
 * How a parameter starts: normal about zero, PyTorch's default for linear layers (uniform in +-1/sqrt(fanIn)), one
 * value, or a weight of the backbone, which may be changed to what the parameter needs.
 */
export type Initialisation =
  | { readonly kind: 'normal'; readonly deviation: number }
  | { readonly kind: 'linear'; readonly fanIn: number }
  | { readonly kind: 'value'; readonly value: number }
  | {
      readonly kind: 'backbone';
      readonly weight: string;
      readonly change?: (values: Float32Array) => Float32Array;
    };

export type ParameterSpecification = {
  readonly shape: Shape;
  readonly initialisation: Initialisation;
  /** Which of the model's aims it is trained for. Default: the first. */
  readonly aim?: string;
  /** Factors on the learning rate and on the weight decay. Default: 1. */
  readonly rate?: number;
  readonly decay?: number;
};

export type Specifications = ReadonlyMap<string, ParameterSpecification>;

/** Values of parameters by name. */
export type ParameterValues = ReadonlyMap<string, Float32Array>;

/** A linear layer's two parameters, from PyTorch's default initialisation. */
export function linearParameters(name: string, outputs: number, inputs: number): [string, ParameterSpecification][] {
  const initialisation = { kind: 'linear', fanIn: inputs } as const;
  return [
    [`${name}.weight`, { shape: [outputs, inputs], initialisation }],
    [`${name}.bias`, { shape: [outputs], initialisation }],
  ];
}

/** A layer normalisation's two parameters, which start as the identity. */
export function normParameters(name: string, width: number): [string, ParameterSpecification][] {
  return [
    [`${name}.weight`, { shape: [width], initialisation: { kind: 'value', value: 1 } }],
    [`${name}.bias`, { shape: [width], initialisation: { kind: 'value', value: 0 } }],
  ];
}

/**
 * First values of all parameters, each drawn from the seed and its own name.
 * @param backbone its weights by timm's names, which some parameters start from.
 */
export function firstValues(
  specifications: Specifications,
  backbone: ReadonlyMap<string, Pick<WeightData, 'data'>>,
  seed: number,
): Map<string, Float32Array> {
  return new Map([...specifications].map(([name, parameter]) => [name, firstValue(name, parameter, backbone, seed)]));
}

function firstValue(
  name: string,
  { shape, initialisation }: ParameterSpecification,
  backbone: ReadonlyMap<string, Pick<WeightData, 'data'>>,
  seed: number,
): Float32Array {
  const random = createRandom(seed, 'parameter', name);
  const drawn = (next: () => number) => Float32Array.from({ length: elementCount(shape) }, next);
  switch (initialisation.kind) {
    case 'backbone': {
      const values = Float32Array.from(backbone.get(initialisation.weight)!.data);
      return initialisation.change?.(values) ?? values;
    }
    case 'value':
      return drawn(() => initialisation.value);
    case 'normal':
      return drawn(() => random.normal() * initialisation.deviation);
    case 'linear': {
      const bound = initialisation.fanIn ** -0.5;
      return drawn(() => (2 * random.uniform() - 1) * bound);
    }
  }
}

/** An input of a graph for each parameter. */
export function parameterInputs(specifications: Specifications): ReadonlyMap<string, Tensor> {
  return new Map([...specifications].map(([name, { shape }]) => [name, input(name, shape)]));
}

/** Parameters with fixed values. @param prefix of the constants' names in the graph; without it they have none. */
export function parameterConstants(
  specifications: Specifications,
  values: ParameterValues,
  prefix?: string,
): ReadonlyMap<string, Tensor> {
  return new Map(
    [...specifications].map(([name, { shape }]) => [
      name,
      constant(values.get(name)!, shape, prefix === undefined ? undefined : `${prefix}.${name}`),
    ]),
  );
}

/** How a model asks for its parameters. @throws when it asks for one that it does not have. */
export function weightsFrom(tensors: ReadonlyMap<string, Tensor>): Weights {
  return (name) => {
    const tensor = tensors.get(name);
    if (!tensor) throw new Error(`the model has no parameter ${name}`);
    return tensor;
  };
}

/** How many numbers each parameter has. */
export function parameterLengths(specifications: Specifications): ReadonlyMap<string, number> {
  return new Map([...specifications].map(([name, { shape }]) => [name, elementCount(shape)]));
}

/** Numbers that a model learns, passes on, and computes with. */
export type ParameterCounts = {
  /** Changed in training. */
  readonly trainable: number;
  /** In the adapter folder: what has to be passed on beside the backbone. */
  readonly adapter: number;
  /**
   * Of the whole model that predicts, backbone included; LoRA's updates are then part of the weights that they update.
   */
  readonly inference: number;
};

/**
 * Counts a model's numbers.
 * @param folded the parameters of what is left of the model for prediction.
 * @param vit the backbone; undefined for a model that has none.
 */
export function parameterCounts(
  trained: Specifications,
  folded: Specifications,
  vit: (Omit<Geometry, 'patches'> & { readonly inputSize: readonly [number, number] }) | undefined,
): ParameterCounts {
  const weights =
    vit && vitWeightShapes({ ...vit, patches: (vit.inputSize[0] * vit.inputSize[1]) / vit.patchSize ** 2 });
  const backbone = [...(weights ?? [])].map(([name, shape]) => [name, elementCount(shape)] as const);
  const adapter = parameterLengths(folded);
  // CLS and fully trained weights stand in the place of the backbone's.
  const inference = new Map<string, number>([
    ...backbone,
    ...[...adapter].flatMap(([name, size]) =>
      name.startsWith('lora.') ? [] : [[name.replace(/^backbone\./, ''), size] as const],
    ),
  ]);
  const total = (counts: ReadonlyMap<string, number>) => [...counts.values()].reduce((sum, count) => sum + count, 0);
  return { trainable: total(parameterLengths(trained)), adapter: total(adapter), inference: total(inference) };
}
