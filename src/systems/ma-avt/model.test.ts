import { describe, expect, test } from 'vitest';
import { differentiate } from '../../graph/differentiate.ts';
import { interpret } from '../../graph/interpret.ts';
import type { Tensor } from '../../graph/tensor.ts';
import { build, clips, drawn, plain } from './mini-ma-avt.test-data.ts';
import { coherentOptions, type MaAvtConfig, stemsAlone } from './settings.ts';

const withoutTokens = { tokens: { audio: 0, visual: 0, shared: 0 }, background: false, contrastive: 'none' } as const;

const variants: Record<string, Partial<MaAvtConfig>> = {
  'the paper’s model': {},
  'one projection for all blocks': { contrastive: 'blockwise-common' },
  'contrast at the end only': { contrastive: 'final' },
  'no contrast': { contrastive: 'none' },
  'fresh tokens before every block': { layerwise: 'common' },
  'unequal numbers of tokens, which cannot be stacked': {
    tokens: { audio: 1, visual: 3, shared: 2 },
    layerwise: 'common',
  },
  'no tokens of either modality alone': { tokens: { audio: 0, visual: 0, shared: 2 } },
  'no background': { background: false },
  'exact positions': { positions: 'exact' },
  'heads that look for agreement': { heads: 'agreement', spectrogramScale: 0.5, backgroundFromCls: true },
  'heads that read the sound in bands half-way': { heads: 'agreement', soundBands: 2, frequencyAxis: 'columns' },
  'agreement heads without background': { heads: 'agreement', background: false },
  // Of sides of eight places the third layer still sees two.
  'a stem alone': stemsAlone({
    ...{ ...plain, modalities: 'audio' },
    vit: { ...plain.vit, patchSize: 4, inputSize: [8, 8] as const },
  }),
  'low-rank updates of the attention': { ...withoutTokens, adaptation: 'lora' },
  'low-rank updates beside tokens': { adaptation: 'lora', layerwise: 'common', contrastive: 'none' },
  'a bottleneck after each block': { ...withoutTokens, adaptation: 'bottleneck' },
  'bottlenecks beside tokens': { adaptation: 'bottleneck', contrastive: 'final' },
  'the whole backbone': { ...withoutTokens, adaptation: 'full' },
  'the whole backbone beside tokens, positions of the background included': {
    adaptation: 'full',
    positions: 'exact',
    contrastive: 'none',
  },
  'the heads alone': { ...withoutTokens, classToken: 'frozen' },
  'pictures alone': coherentOptions({ ...plain, modalities: 'visual' }),
  'sounds alone, with agreement heads and fresh tokens': coherentOptions({
    ...plain,
    modalities: 'audio',
    heads: 'agreement',
    soundBands: 2,
    layerwise: 'common',
  }),
  'the whole backbone for sounds alone': { ...withoutTokens, modalities: 'audio', adaptation: 'full' },
  'late fusion: no shared tokens': coherentOptions({
    ...plain,
    tokens: { audio: 3, visual: 1, shared: 0 },
    layerwise: 'common',
    heads: 'agreement',
    background: false,
  }),
};

describe('every trainable parameter’s gradient agrees with central differences in double precision', () => {
  test.each(Object.entries(variants))('%s', (_, change) => {
    const { parameters, losses, feeds } = build({ ...plain, ...change });
    const gradients = interpret(differentiate(losses.total, [...parameters.values()]), feeds);
    const lossWith = (tensor: Tensor, values: Float64Array) =>
      interpret([losses.total], new Map<Tensor, ArrayLike<number>>(feeds).set(tensor, values))[0]![0]!;
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

test.each([
  ['in portions', { portion: 2 }],
  ['with patches apart', { patchesApart: true }],
  ['in portions with patches apart', { portion: 2, patchesApart: true }],
])('clips that pass the blocks %s have the same numbers and gradients', (_, passage) => {
  const [whole, other] = [build(plain), build(plain, passage)].map(({ losses, logged, encoded, parameters, feeds }) => {
    const results = [losses.total, logged.class_logits!, logged.background_logits!, encoded['audio.attention']!];
    return interpret([...results, ...differentiate(losses.total, [...parameters.values()])], feeds).map((values) => [
      ...values,
    ]);
  });
  const expected = whole!.flat();
  expect(other!.flat().every((value, i) => Math.abs(value - expected[i]!) < 1e-12)).toBe(true);
});

test('a clip that is padding changes no loss', () => {
  const { losses, feeds } = build(plain);
  const [label, background] = [...feeds.keys()].slice(-2) as [Tensor, Tensor];
  const names = ['foreground', 'background', 'contrastive'] as const;
  const read = (images: number) => {
    const values = new Map(feeds)
      .set(label, Float32Array.of(1, 0, 0, 1, 0, 0))
      .set(background, Float32Array.of(0, 0, 0));
    for (const [tensor, data] of feeds)
      if (tensor.shape.length === 4)
        values.set(
          tensor,
          data.map((value, i) => (i >= (2 * data.length) / 3 ? images : value)),
        );
    return interpret(
      names.map((name) => losses[name]),
      values,
    ).map(([value]) => value);
  };
  expect(read(0)).toEqual(read(7));
});

test('attention maps sum to one and agree in shape with the patches', () => {
  const { encoded, feeds } = build(plain);
  for (const map of interpret([encoded['visual.attention']!, encoded['audio.attention']!], feeds)) {
    expect(map.length).toBe(clips * 4);
    for (let clip = 0; clip < clips; clip++)
      expect(map.slice(clip * 4, clip * 4 + 4).reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 12);
  }
});
