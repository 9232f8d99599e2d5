// How many numbers a model consists of.
import { elementCount } from '../graph/tensor.ts';
import { vitWeightShapes } from '../model/vit-weights.ts';
import { type MaAvtConfig, trainableParameters } from '../systems/ma-avt/settings.ts';
import { foldedConfig } from './predictor.ts';

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

/** Counts a model's numbers, which follow from its options. @param config not yet folded. */
export function parameterCounts(config: MaAvtConfig): ParameterCounts {
  const { patchSize, inputSize } = config.vit;
  const backbone = new Map<string, number>(
    [...vitWeightShapes({ ...config.vit, patches: (inputSize[0] * inputSize[1]) / patchSize ** 2 })].map(
      ([name, shape]) => [name, elementCount(shape)],
    ),
  );
  const adapter = sizes(foldedConfig(config));
  // CLS and fully trained weights stand in the place of the backbone's.
  const inference = new Map([
    ...backbone,
    ...adapter.flatMap(([name, size]) =>
      name.startsWith('lora.') ? [] : [[name.replace(/^backbone\./, ''), size] as const],
    ),
  ]);
  const total = (counts: Iterable<number>) => [...counts].reduce((sum, count) => sum + count, 0);
  const ofSizes = (parameters: readonly (readonly [string, number])[]) => total(parameters.map(([, size]) => size));
  return { trainable: ofSizes(sizes(config)), adapter: ofSizes(adapter), inference: total(inference.values()) };
}

function sizes(config: MaAvtConfig): [string, number][] {
  return [...trainableParameters(config)].map(([name, { shape }]) => [name, elementCount(shape)]);
}
