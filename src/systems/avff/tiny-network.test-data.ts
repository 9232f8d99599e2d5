// The smallest AVFF with everything in it, with drawn values, for this folder's tests.
import { elementCount, input, type Shape, type Tensor } from '../../graph/tensor.ts';
import type { Model } from '../../model/model.ts';
import { createRandom } from '../../random.ts';
import type { AvffNetwork } from './network.ts';
import type { ReconstructSettings } from './reconstruct.ts';

export const clips = 3;

/** Two slices of four picture tokens and two sound tokens. */
export const tinyNetwork: AvffNetwork = {
  video: { frames: 4, imageSize: 4, patch: [2, 2, 2] },
  audio: { frames: 8, melBins: 4, patch: [4, 2], classToken: true, positions: 'computed' },
  ...{ slices: 2, width: 8, depth: 1, heads: 2, fusionHeads: 2 },
  layerNormEpsilon: { video: 1e-5, audio: 1e-6, fusion: 1e-6 },
};

export const tinyReconstruct: ReconstructSettings = {
  decoders: { video: { width: 8, depth: 1, heads: 2 }, audio: { width: 4, depth: 1, heads: 1 } },
  normaliseTargets: true,
  temperature: 0.5,
  weights: { contrast: 0.3, reconstruction: 1, adversarial: 0.2, penalty: 0.7 },
  criticRate: 1,
};

export function drawn(name: string, shape: Shape): Float64Array {
  const { normal } = createRandom('avff test', name);
  return Float64Array.from({ length: elementCount(shape) }, () => normal() * 0.5);
}

/** A model's losses and answers on inputs by name, with drawn values for all that they depend on. */
export function build(model: Model, given: Readonly<Record<string, readonly number[]>>) {
  const named = (shapes: Readonly<Record<string, Shape>>) =>
    Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, input(name, [clips, ...shape])]));
  const [inputs, targets] = [named(model.inputs), named(model.targets)];
  const parameters = new Map([...model.parameters].map(([name, { shape }]) => [name, input(name, shape)]));
  const trained = (name: string) => parameters.get(name)!;
  const none = (name: string): Tensor => {
    throw new Error(`${name} is asked of the frozen weights`);
  };
  const losses = model.losses(model.encode(inputs, none, trained), targets, trained);
  const feeds = new Map<Tensor, ArrayLike<number>>(
    [...parameters, ...Object.entries(inputs), ...Object.entries(targets)].map(([name, tensor]) => [
      tensor,
      given[name] ?? drawn(name, tensor.shape),
    ]),
  );
  return { parameters, inputs, targets, losses, feeds, answers: model.answers(inputs, none, trained, []) };
}
