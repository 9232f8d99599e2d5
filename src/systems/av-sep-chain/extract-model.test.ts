import { describe, expect, test } from 'vitest';
import { differentiate } from '../../graph/differentiate.ts';
import { interpret } from '../../graph/interpret.ts';
import { constant, elementCount, input, type Shape, type Tensor } from '../../graph/tensor.ts';
import type { Weights } from '../../model/vit.ts';
import { vitWeightShapes } from '../../model/vit-weights.ts';
import { createRandom } from '../../random.ts';
import { type ExtractConfig, extractModel, maskConfigOf } from './extract-model.ts';
import { maskModel } from './mask-model.ts';

const vit = {
  ...{ patchSize: 2, width: 4, depth: 1, heads: 2, mlpWidth: 8, layerNormEpsilon: 1e-6 },
  inputSize: [4, 4] as const,
};
const config: ExtractConfig = {
  ...{ sampleRate: 800, window: 16, bands: 3, channels: 4, conditionWidth: 3, dilations: [1, 2], production: true },
  ...{ matchWeight: 0, matchWidth: 3, temperature: 0.1, pictures: 2, vit },
};
const [clips, samples] = [2, 32];
const { normal } = createRandom('extract model test');
const drawn = (shape: Shape) => Float32Array.from({ length: elementCount(shape) }, normal);
const shapes = vitWeightShapes({ ...vit, patches: 4 });
const weights = new Map<string, Tensor>([...shapes].map(([name, shape]) => [name, constant(drawn(shape), shape)]));
const frozen: Weights = (name) => weights.get(name) ?? partOfQkv(name);
const parts = new Map<string, Tensor>();
const partOfQkv = (name: string) => {
  const shape = name.endsWith('weight') ? [4, 4] : [4];
  if (!parts.has(name)) parts.set(name, constant(drawn(shape), shape));
  return parts.get(name)!;
};
const untouched: Weights = (name) => {
  throw new Error(`${name} acts before the features`);
};

describe('the model that extracts by pictures', () => {
  const model = extractModel(config, samples);
  const feeds = new Map<Tensor, Float32Array>();
  const fed = (name: string, shape: Shape, values = drawn(shape)) => {
    const tensor = input(name, shape);
    feeds.set(tensor, values);
    return tensor;
  };
  const inputs = Object.fromEntries(
    Object.entries({ ...model.inputs, ...model.targets }).map(([name, shape]) => [name, fed(name, [clips, ...shape])]),
  );
  const parameters = new Map([...model.parameters].map(([name, { shape }]) => [name, fed(name, shape)]));
  const trained = (name: string) => parameters.get(name)!;
  const encoded = model.encode(inputs, frozen, untouched);
  const { aims } = model.losses(encoded, inputs, trained);
  const withFactors = (value: number) =>
    new Map(feeds).set(inputs.factors!, new Float32Array(elementCount(inputs.factors!.shape)).fill(value));

  test('is the mask form on both pictures’ features side by side', () => {
    const plain = maskModel(maskConfigOf(config), samples);
    const visual = input('visual', [clips, 8]);
    const [features] = interpret([encoded.visual!], feeds);
    const rest = plain.encode({ mixture: inputs.mixture!, visual }, untouched, trained);
    const { aims: ofPlain } = plain.losses(rest, inputs, trained);
    const [loss] = interpret([aims.total!], withFactors(1));
    const [expected] = interpret([ofPlain.total!], new Map<Tensor, ArrayLike<number>>([...feeds, [visual, features!]]));
    expect(loss![0]).toBeCloseTo(expected![0]!, 6);
  });

  test('learns nothing in blocks that dropout silences', () => {
    const names = ['perception.blocks.0.up.weight', 'production.blocks.1.down.weight'];
    const gradients = differentiate(aims.total!, names.map(trained));
    for (const values of interpret(gradients, withFactors(0))) expect(values.every((value) => value === 0)).toBe(true);
    for (const values of interpret(gradients, withFactors(1))) expect(values.some((value) => value !== 0)).toBe(true);
  });

  test('answers with a mask between 0 and 1, without factors', () => {
    const { mask } = model.answers({ mixture: inputs.mixture!, images: inputs.images! }, frozen, trained, []);
    expect(mask!.shape).toEqual([clips, 5, 3]);
    for (const value of interpret([mask!], feeds)[0]!) expect(value >= 0 && value <= 1).toBe(true);
  });
});
