import { describe, expect, test } from 'vitest';
import { differentiate } from '../../graph/differentiate.ts';
import { interpret } from '../../graph/interpret.ts';
import { elementCount, input, type Shape, type Tensor } from '../../graph/tensor.ts';
import type { Weights } from '../../model/vit.ts';
import { createRandom } from '../../random.ts';
import { extractModel } from './extract-model.ts';
import type { MaskConfig } from './mask-config.ts';
import { maskModel } from './mask-model.ts';
import { mixtureSpectra } from './mixture-spectra.ts';

const config: MaskConfig = {
  ...{ sampleRate: 800, window: 16, bands: 3, channels: 4, conditionWidth: 3, dilations: [1, 2], production: true },
  ...{ visualWidth: 8, matchWeight: 0, matchWidth: 3, temperature: 0.1 },
};
const [clips, samples] = [2, 128];
const { normal } = createRandom('extract model test');
const drawn = (shape: Shape) => Float32Array.from({ length: elementCount(shape) }, normal);
const frozen: Weights = (name) => {
  throw new Error(`${name} is not the model's`);
};

describe('the model that extracts by pictures', () => {
  const model = extractModel(config, samples, { labels: [], width: 8, bands: 3 });
  const feeds = new Map<Tensor, Float32Array>();
  const fed = (name: string, shape: Shape, values: Float32Array = drawn(shape)) => {
    const tensor = input(name, shape);
    feeds.set(tensor, values);
    return tensor;
  };
  const sounds = Array.from({ length: clips }, () => ({ mixture: drawn([samples]), target: drawn([samples]) }));
  const spectra = sounds.map((sound) => mixtureSpectra(sound, config.window));
  const joined = (name: 'energies' | 'products' | 'energy') =>
    Float32Array.from(spectra.flatMap(({ [name]: values }) => [...values]));
  const known: Record<string, Float32Array> = {
    ...{ energies: joined('energies'), products: joined('products'), energy: joined('energy') },
  };
  const inputs = Object.fromEntries(
    Object.entries({ ...model.inputs, ...model.targets }).map(([name, shape]) => [
      name,
      fed(name, [clips, ...shape], known[name]),
    ]),
  );
  const parameters = new Map([...model.parameters].map(([name, { shape }]) => [name, fed(name, shape)]));
  const trained = (name: string) => parameters.get(name)!;
  const { aims } = model.losses(model.encode(inputs, frozen, trained), inputs, trained);
  const withFactors = (value: number) =>
    new Map(feeds).set(inputs.factors!, new Float32Array(elementCount(inputs.factors!.shape)).fill(value));

  test('has the loss of the mask form from sound to sound, but for what its inverse transform forgives', () => {
    const plain = maskModel(config, samples);
    const sound = (name: 'mixture' | 'target') =>
      fed(name, [clips, samples], Float32Array.from(sounds.flatMap(({ [name]: values }) => [...values])));
    const heard = { mixture: sound('mixture'), target: sound('target'), visual: inputs.visual! };
    const { aims: ofPlain } = plain.losses(plain.encode(heard, frozen, trained), heard, trained);
    const [loss, expected] = interpret([aims.total!, ofPlain.total!], withFactors(1));
    expect(loss![0]!).toBeGreaterThanOrEqual(expected![0]!);
    expect(loss![0]!).toBeLessThan(1.2 * expected![0]!);
  });

  test('learns nothing in blocks that dropout silences', () => {
    const names = ['perception.blocks.0.up.weight', 'production.blocks.1.down.weight'];
    const gradients = differentiate(aims.total!, names.map(trained));
    for (const values of interpret(gradients, withFactors(0))) expect(values.every((value) => value === 0)).toBe(true);
    for (const values of interpret(gradients, withFactors(1))) expect(values.some((value) => value !== 0)).toBe(true);
  });

  test('answers with a mask between 0 and 1, without factors', () => {
    const mixture = fed('whole', [clips, samples]);
    const { mask } = model.answers({ mixture, visual: inputs.visual! }, frozen, trained, []);
    expect(mask!.shape).toEqual([clips, 17, 3]);
    for (const value of interpret([mask!], feeds)[0]!) expect(value >= 0 && value <= 1).toBe(true);
  });
});
