// A small MA-AVT on a small ViT, both with repeatable values, for this folder's tests.
import { elementCount, filled, input, type Shape, type Tensor } from '../../graph/tensor.ts';
import { frozenWeights } from '../../model/frozen-weights.ts';
import type { Model } from '../../model/model.ts';
import { firstValues, parameterInputs, weightsFrom } from '../../model/parameters.ts';
import { clipInputs, encodeInPortions } from '../../model/passage.ts';
import { vitWeightShapes } from '../../model/vit-weights.ts';
import { createRandom } from '../../random.ts';
import { encode } from './encoder.ts';
import { heads, readWidth } from './heads.ts';
import type { lossNames } from './losses.ts';
import type { Modality } from './modalities.ts';
import { maAvt } from './model.ts';
import type { MaAvtConfig } from './settings.ts';

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
    stems: 'none',
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

/** The model's losses, features and answers, with the values of everything they depend on. */
export function build(config: MaAvtConfig, { portion = clips, patchesApart = false } = {}) {
  const model = maAvt(config);
  const parameters = parameterInputs(model.parameters);
  const trainable = weightsFrom(parameters);
  const inputs = clipInputs(model.inputs, clips);
  const [label, background] = [input('classes', [clips, classes]), input('background', [clips])];
  const encoding: Model = {
    ...model,
    encode: (part, frozen, trained) => encode(part, frozen, trained, config, patchesApart).features,
  };
  const encoded = encodeInPortions(encoding, inputs, frozen, trainable, portion);
  const ones = (modality: Modality) => filled(1, [clips, readWidth(config, modality)], 'float32');
  const targets = {
    ...{ class_targets: label, background_targets: background, picture_targets: label, sound_targets: label },
    ...{ visual_mask: ones('visual'), audio_mask: ones('audio') },
  };
  const { aims, logged } = model.losses(encoded, targets, trainable);
  const losses = { total: aims.total!, ...logged } as Readonly<Record<(typeof lossNames)[number], Tensor>>;
  const { trace, features } = encode(inputs, frozen, trainable, config, false);
  const outputs = heads(features, trainable, config, undefined);
  const values = firstValues(model.parameters, backbone, 3);
  // Updates that start at zero would hide errors in what is before them, and ReLU has no slope at zero.
  for (const [name, { length }] of values)
    if (/^(lora|bottleneck)\..*\.up|_stem\..*\.shift/.test(name)) values.set(name, drawn(name, [length]));
  const feeds = new Map<Tensor, Float32Array>([
    ...[...parameters].map(([name, tensor]) => [tensor, values.get(name)!] as const),
    ...Object.values(inputs).map((tensor, i) => [tensor, drawn(`input ${i}`, tensor.shape)] as const),
    [label, Float32Array.of(1, 0, 0, 1, 0, 0)],
    [background, Float32Array.of(0, 0, 1)],
  ]);
  return { parameters, encoded, logged, outputs, trace: trace!, losses, label, feeds };
}
