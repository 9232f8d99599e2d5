import { describe, expect, test } from 'vitest';
import { differentiate } from '../graph/differentiate.ts';
import { evaluate } from '../graph/evaluate.ts';
import { constant, elementCount, input, type Shape, type Tensor } from '../graph/tensor.ts';
import { createRandom } from '../random/random.ts';
import { type MaAvtConfig, trainableParameters } from './config.ts';
import { initialParameters } from './initialise.ts';
import { maAvt, maAvtLosses } from './ma-avt.ts';

// A ViT of two blocks, eight channels and four patches, on three clips: one of each class and one background pair.
const vit = { patchSize: 2, width: 8, depth: 2, heads: 2, layerNormEpsilon: 1e-6 };
const [clips, classes, size] = [3, 2, 4];
const plain: MaAvtConfig = {
  ...{ vit, classes, tokens: { audio: 2, visual: 2, shared: 1 }, lightSelfAttention: true, background: true },
  ...{ contrastive: 'blockwise-separate', layerwise: 'none', positions: 'stretched', heads: 'paper', backgroundFromCls: false },
  ...{ spectrogramScale: 1, temperature: 0.5, tokenDeviation: 1, weights: { foreground: 1, background: 1, contrastive: 1, own: 1 } },
};

function drawn(name: string, shape: Shape): Float32Array {
  const { normal } = createRandom('ma-avt test', name);
  return Float32Array.from({ length: elementCount(shape) }, () => normal() * 0.5);
}

function frozen(name: string): Tensor {
  const { width, patchSize } = vit;
  const shape = name.includes('patch_embed.proj.weight')
    ? [width, 3, patchSize, patchSize]
    : name.endsWith('fc1.weight')
      ? [4 * width, width]
      : name.endsWith('fc2.weight')
        ? [width, 4 * width]
        : name.endsWith('fc1.bias')
          ? [4 * width]
          : name.endsWith('weight') && !name.includes('norm')
            ? [width, width]
            : [width];
  return constant(drawn(name, shape), shape);
}

/** The model's losses and logits, with the values of everything they depend on. */
function build(config: MaAvtConfig, chunk?: number) {
  const parameters = new Map([...trainableParameters(config)].map(([name, { shape }]) => [name, input(name, shape)]));
  const trainable = (name: string) => parameters.get(name)!;
  const images = input('images', [clips, 3, size, size]);
  const spectrograms = input('spectrograms', [clips, 1, size, size]);
  const label = input('classes', [clips, classes]);
  const background = input('background', [clips]);
  const positions = drawn('positions', [5, vit.width]);
  const outputs = maAvt({ images, spectrograms }, { positions, frozen, trainable }, config, chunk);
  const losses = maAvtLosses(outputs, { classes: label, background, own: { visual: label, audio: label } }, trainable, config);
  const values = initialParameters(config, drawn('cls', [vit.width]), 3);
  const feeds = new Map<Tensor, Float32Array>([
    ...[...parameters].map(([name, tensor]) => [tensor, values.get(name)!] as const),
    ...[images, spectrograms].map((tensor, i) => [tensor, drawn(`input ${i}`, tensor.shape)] as const),
    [label, Float32Array.of(1, 0, 0, 1, 0, 0)],
    [background, Float32Array.of(0, 0, 1)],
  ]);
  return { parameters, outputs, losses, feeds };
}

const variants: Record<string, Partial<MaAvtConfig>> = {
  'the paper’s model': {},
  'one projection for all blocks': { contrastive: 'blockwise-common' },
  'contrast at the end only': { contrastive: 'final' },
  'no contrast': { contrastive: 'none' },
  'fresh tokens before every block': { layerwise: 'common' },
  'unequal numbers of tokens, which cannot be stacked': { tokens: { audio: 1, visual: 3, shared: 2 }, layerwise: 'common' },
  'no tokens of either modality alone': { tokens: { audio: 0, visual: 0, shared: 2 } },
  'no background': { background: false },
  'exact positions': { positions: 'exact' },
  'heads that look for agreement': { heads: 'agreement', spectrogramScale: 0.5, backgroundFromCls: true },
  'agreement heads without background': { heads: 'agreement', background: false },
};

describe('every trainable parameter’s gradient agrees with central differences in double precision', () => {
  test.each(Object.entries(variants))('%s', (_, change) => {
    const { parameters, losses, feeds } = build({ ...plain, ...change });
    const gradients = evaluate(differentiate(losses.total, [...parameters.values()]), feeds);
    const lossWith = (tensor: Tensor, values: Float64Array) =>
      evaluate([losses.total], new Map<Tensor, ArrayLike<number>>(feeds).set(tensor, values))[0]![0]!;
    for (const [index, [name, tensor]] of [...parameters].entries()) {
      // One random direction through all of a parameter's elements sees an error in any of them.
      const direction = drawn(`direction ${name}`, tensor.shape);
      const start = Float64Array.from(feeds.get(tensor)!);
      const moved = (step: number) =>
        lossWith(
          tensor,
          start.map((value, i) => value + step * direction[i]!),
        );
      const step = 1e-5;
      const difference = (moved(step) - moved(-step)) / (2 * step);
      const predicted = gradients[index]!.reduce((sum, value, i) => sum + value * direction[i]!, 0);
      expect(Math.abs(predicted - difference), name).toBeLessThan(1e-6 * (1 + Math.abs(difference)));
    }
  });
});

test('chunks change no number', () => {
  const [whole, chunked] = [build(plain), build(plain, 2)].map(({ losses, outputs, feeds }) =>
    evaluate([losses.total, outputs.classLogits, outputs.backgroundLogits!, outputs.features.attention.audio], feeds).map((values) => [
      ...values,
    ]),
  );
  expect(chunked!.flat().every((value, i) => Math.abs(value - whole!.flat()[i]!) < 1e-12)).toBe(true);
});

test('a clip that is padding changes no loss', () => {
  const { losses, feeds } = build(plain);
  const [label, background] = [...feeds.keys()].slice(-2) as [Tensor, Tensor];
  const names = ['foreground', 'background', 'contrastive'] as const;
  const read = (images: number) => {
    const values = new Map(feeds).set(label, Float32Array.of(1, 0, 0, 1, 0, 0)).set(background, Float32Array.of(0, 0, 0));
    for (const [tensor, data] of feeds)
      if (tensor.shape.length === 4)
        values.set(
          tensor,
          data.map((value, i) => (i >= (2 * data.length) / 3 ? images : value)),
        );
    return evaluate(
      names.map((name) => losses[name]),
      values,
    ).map(([value]) => value);
  };
  expect(read(0)).toEqual(read(7));
});

test('attention maps sum to one and agree in shape with the patches', () => {
  const { outputs, feeds } = build(plain);
  for (const map of evaluate([outputs.features.attention.visual, outputs.features.attention.audio], feeds)) {
    expect(map.length).toBe(clips * 4);
    for (let clip = 0; clip < clips; clip++)
      expect(map.slice(clip * 4, clip * 4 + 4).reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 12);
  }
});
