// A small MA-AVT on a small ViT, both with repeatable values, for this folder's tests.
import { elementCount, input, type Shape, type Tensor } from '../../graph/tensor.ts';
import { frozenWeights } from '../../model/frozen-weights.ts';
import { vitWeightShapes } from '../../model/vit-weights.ts';
import { createRandom } from '../../random/random.ts';
import { initialParameters } from './initialise.ts';
import { maAvt, maAvtLosses, type Passage } from './model.ts';
import { type MaAvtConfig, trainableParameters } from './settings.ts';

// A ViT of two blocks, eight channels and four patches, on three clips: one of each class and one background pair.
export const clips = 3;
const [classes, size] = [2, 4];
const vit = {
  ...{ patchSize: 2, width: 8, depth: 2, heads: 2, mlpWidth: 32, layerNormEpsilon: 1e-6 },
  inputSize: [size, size] as const,
};
export const plain: MaAvtConfig = {
  ...{ modalities: 'both', adaptation: 'none', rank: 2, bottleneckWidth: 3, classToken: 'trained' },
  ...{ vit, classes, tokens: { audio: 2, visual: 2, shared: 1 }, lightSelfAttention: true, background: true },
  ...{
    contrastive: 'blockwise-separate',
    layerwise: 'none',
    positions: 'stretched',
    heads: 'paper',
    soundBands: 0,
    backgroundFromCls: false,
  },
  ...{
    spectrogramScale: 1,
    temperature: 0.5,
    tokenDeviation: 1,
    weights: { foreground: 1, background: 1, contrastive: 1, own: 1 },
  },
};

export function drawn(name: string, shape: Shape): Float32Array {
  const { normal } = createRandom('ma-avt test', name);
  return Float32Array.from({ length: elementCount(shape) }, () => normal() * 0.5);
}

const backbone = new Map(
  [...vitWeightShapes({ ...vit, patches: 4 })].map(([name, shape]) => [name, { shape, data: drawn(name, shape) }]),
);
const frozen = frozenWeights(backbone);

/** The model's losses and logits, with the values of everything they depend on. */
export function build(config: MaAvtConfig, passage?: Passage) {
  const parameters = new Map([...trainableParameters(config)].map(([name, { shape }]) => [name, input(name, shape)]));
  const trainable = (name: string) => parameters.get(name)!;
  const images = input('images', [clips, 3, size, size]);
  const spectrograms = input('spectrograms', [clips, 1, size, size]);
  const label = input('classes', [clips, classes]);
  const background = input('background', [clips]);
  const positions = backbone.get('pos_embed')!.data;
  const outputs = maAvt({ images, spectrograms }, { positions, frozen, trainable }, config, passage);
  const losses = maAvtLosses(
    outputs,
    { classes: label, background, own: { visual: label, audio: label } },
    trainable,
    config,
  );
  const values = initialParameters(config, backbone, 3);
  // Updates that start at zero would hide errors in what is before them.
  for (const [name, { length }] of values)
    if (/^(lora|bottleneck)\..*\.up/.test(name)) values.set(name, drawn(name, [length]));
  const feeds = new Map<Tensor, Float32Array>([
    ...[...parameters].map(([name, tensor]) => [tensor, values.get(name)!] as const),
    ...[images, spectrograms].map((tensor, i) => [tensor, drawn(`input ${i}`, tensor.shape)] as const),
    [label, Float32Array.of(1, 0, 0, 1, 0, 0)],
    [background, Float32Array.of(0, 0, 1)],
  ]);
  return { parameters, outputs, losses, label, feeds };
}
