// The parameters of a UniAV network, under the release's names, so that its checkpoints open as they are. Axes of
// length one are left out: a norm's weight is [C], a linear layer's [out, in], a convolution's [out, in, 3].
import type { Shape } from '../../graph/tensor.ts';
import { linearParameters, normParameters, type ParameterSpecification } from '../../model/parameters.ts';
import { blockNames, type EventKind, kindsOf, modalities, type NetworkConfig } from './config.ts';

/** The width of every convolution's kernel. */
export const kernelWidth = 3;
const hiddenFactor = 4;
/** Scales of the blocks' branches at the start (Touvron et al. 2021, "Going deeper with image transformers"). */
const branchScale = 1e-4;

/**
 * Every trainable parameter, of the given tasks' experts and offsets only. Weight decay acts on convolutions and linear
 * layers alone, which are the tensors with several axes.
 * @param tasks by default all.
 */
export function networkParameters(
  config: NetworkConfig,
  tasks: readonly string[] = Object.keys(config.tasks),
): ReadonlyMap<string, ParameterSpecification> {
  const { width, headWidth, textWidth, ranges } = config;
  const chosen = Object.fromEntries(tasks.map((name) => [name, config.tasks[name]!]));
  const kinds = kindsOf({ tasks: chosen });
  const inputWidths = { V: config.visualWidth, A: config.audioWidth };
  const all = [
    ...modalities.flatMap((modality) =>
      [inputWidths[modality], width].flatMap((inputs, layer) => [
        convolutionWeight(`backbone.embd_${modality}.${layer}.conv`, width, inputs),
        ...normParameters(`backbone.embd_norm_${modality}.${layer}`, width),
      ]),
    ),
    ...blockNames(config).flatMap((name) => blockParameters(name, config, kinds)),
    ...headParameters('cls_head', config),
    convolutionWeight('cls_head.vis_proj.conv', headWidth, headWidth),
    zeros('cls_head.vis_proj.conv.bias', [headWidth]),
    // Xavier's uniform range, sqrt(6 / (inputs + outputs)).
    weight('cls_head.clip_proj.weight', [headWidth, textWidth], (headWidth + textWidth) / 6),
    zeros('cls_head.clip_proj.bias', [headWidth]),
    value('cls_head.logit_scale', [1], Math.log(1 / 0.07)),
    ...headParameters('reg_head', config),
    ...Object.entries(chosen).flatMap(([name, { classes, classAware }]) => {
      const outputs = classAware ? 2 * classes : 2;
      return [
        convolutionWeight(`reg_head.offset_head.${name}.conv`, outputs, headWidth),
        value(`reg_head.offset_head.${name}.conv.bias`, [outputs], config.firstDistance),
      ];
    }),
    ...ranges.map((_, level) => value(`reg_head.scale.${level}.scale`, [1], 1)),
  ];
  return new Map(
    all.map(([name, specification]): Entry => {
      return [name, specification.shape.length > 1 ? specification : { ...specification, decay: 0 }];
    }),
  );
}

/** Whether a parameter acts in every task, so that each of their steps changes it. */
export function isShared(name: string): boolean {
  return !/\.(ln2|mlp)_|\.offset_head\./.test(name);
}

type Entry = [string, ParameterSpecification];

function blockParameters(name: string, { width, dropPath }: NetworkConfig, kinds: readonly EventKind[]): Entry[] {
  const biasFrom0 = ([name, specification]: Entry): Entry =>
    name.endsWith('.bias') ? zeros(name, specification.shape) : [name, specification];
  const linearWith0 = (part: string, outputs: number, inputs: number) =>
    linearParameters(`${name}.${part}`, outputs, inputs).map(biasFrom0);
  return [
    ...['ln11', 'ln12'].flatMap((part) => normParameters(`${name}.${part}`, width)),
    ...['query', 'key', 'value'].flatMap((part) => [
      weight(`${name}.attn.${part}_conv.conv.weight`, [width, kernelWidth], kernelWidth),
      ...normParameters(`${name}.attn.${part}_norm`, width),
      ...linearWith0(`attn.${part}`, width, width),
    ]),
    ...linearWith0('attn.proj', width, width),
    ...kinds.flatMap((kind) => [
      ...normParameters(`${name}.ln2_${kind}`, width),
      ...linearWith0(`mlp_${kind}.0`, hiddenFactor * width, width),
      ...linearWith0(`mlp_${kind}.3`, width, hiddenFactor * width),
    ]),
    ...(dropPath > 0
      ? ['attn', 'mlp'].map((branch) => value(`${name}.drop_path_${branch}.scale`, [width], branchScale))
      : []),
  ];
}

function headParameters(name: string, { width, headWidth }: NetworkConfig): Entry[] {
  return [2 * width, headWidth].flatMap((inputs, layer) => [
    convolutionWeight(`${name}.head.${layer}.conv`, headWidth, inputs),
    ...normParameters(`${name}.norm.${layer}`, headWidth),
  ]);
}

function convolutionWeight(name: string, outputs: number, inputs: number): Entry {
  return weight(`${name}.weight`, [outputs, inputs, kernelWidth], inputs * kernelWidth);
}

function weight(name: string, shape: Shape, fanIn: number): Entry {
  return [name, { shape, initialisation: { kind: 'linear', fanIn } }];
}

function zeros(name: string, shape: Shape): Entry {
  return value(name, shape, 0);
}

function value(name: string, shape: Shape, first: number): Entry {
  return [name, { shape, initialisation: { kind: 'value', value: first } }];
}
