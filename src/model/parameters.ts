// What a trainable parameter is: its shape and how it starts.
import type { Shape } from '../graph/tensor.ts';

/**
 * How a parameter starts: normal about zero, PyTorch's default for linear layers (uniform in +-1/sqrt(fanIn)), one
 * value, a weight of the backbone, or its positions as the sequences need them.
 */
export type Initialisation =
  | { readonly kind: 'normal'; readonly deviation: number }
  | { readonly kind: 'linear'; readonly fanIn: number }
  | { readonly kind: 'value'; readonly value: number }
  | { readonly kind: 'backbone'; readonly weight: string }
  | { readonly kind: 'positions' };

export type ParameterSpecification = { readonly shape: Shape; readonly initialisation: Initialisation };

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
