// UniAV's network (arXiv 2404.03179): rows of picture and sound in; at every point of a pyramid over time, scores of
// the classes and the distances to an event's ends out.
// Shapes: B clips, T steps, C channels, D the heads' width, K classes, E the text encoder's width, level l has T / 2^l.
import {
  add,
  concat,
  exp,
  l2Normalise,
  matMul,
  multiply,
  relu,
  reshape,
  split,
  transpose,
} from '../../graph/functions.ts';
import { constant, type Tensor } from '../../graph/tensor.ts';
import { type Weights, within } from '../../model/vit.ts';
import { block } from './block.ts';
import {
  blockNames,
  crossBlockName,
  type Modality,
  modalities,
  type NetworkConfig,
  pyramidBlockName,
  selfBlockName,
} from './config.ts';
import { convolution, convolutionStack, dense, everyNth, masked, type Stride } from './layers.ts';

export type NetworkInputs = {
  /** [B, T, visualWidth], zeros beyond a clip's end. */
  readonly visual: Tensor;
  /** [B, T, audioWidth], zeros beyond a clip's end. */
  readonly audio: Tensor;
  /** [B, T], 1 where there is a row. */
  readonly mask: Tensor;
  /** [K, E], a vector for each class. */
  readonly text: Tensor;
  /** [T, C], the table that tells steps apart. */
  readonly positions: Float32Array;
  /** [B, branches], factors on the two branches of every block in training; see `branchCount`. */
  readonly factors?: Tensor | undefined;
};

export type LevelOutputs = {
  /** [B, T / 2^l, K] */
  readonly logits: Tensor;
  /** Distances to start and end in strides of the level: [B, T / 2^l, 2], or [B, T / 2^l, K, 2] if class-aware. */
  readonly offsets: Tensor;
};

type PerModality = Readonly<Record<Modality, Tensor>>;

/** The network for one task, level by level. @param weights the parameters by the release's names. */
export function network(inputs: NetworkInputs, weights: Weights, config: NetworkConfig, task: string): LevelOutputs[] {
  const { levels, masks } = pyramid(inputs, weights, config, task);
  const { classes, classAware } = config.tasks[task]!;
  const words = transpose(l2Normalise(dense(inputs.text, within(weights, 'cls_head.clip_proj'))), [1, 0]);
  const stack = (x: Tensor, head: string, mask: Tensor) =>
    convolutionStack(x, mask, within(weights, head), { convolutions: 'head', norms: 'norm' });
  const ended = (x: Tensor, name: string, mask: Tensor) =>
    convolution(x, weights(`${name}.weight`), mask, weights(`${name}.bias`));
  return levels.map((x, level) => {
    const mask = masks[level]!;
    const [clips, steps] = mask.shape as [number, number];
    const seen = l2Normalise(ended(stack(x, 'cls_head', mask), 'cls_head.vis_proj.conv', mask));
    const cosines = matMul(seen, words);
    const offsets = ended(stack(x, 'reg_head', mask), `reg_head.offset_head.${task}.conv`, mask);
    const distances = relu(multiply(offsets, weights(`reg_head.scale.${level}.scale`)));
    return {
      logits: masked(multiply(cosines, exp(weights('cls_head.logit_scale'))), mask),
      offsets: classAware ? reshape(distances, [clips, steps, classes, 2]) : distances,
    };
  });
}

/** Branches of all blocks, two each: the columns of `factors`. */
export function branchCount(config: Pick<NetworkConfig, 'selfBlocks' | 'ranges'>): number {
  return 2 * blockNames(config).length;
}

/** Both modalities' features of each level, [B, T / 2^l, 2C], and the levels' masks. */
function pyramid(inputs: NetworkInputs, weights: Weights, config: NetworkConfig, task: string) {
  const { mask, positions } = inputs;
  const { width, heads, dropPath, selfBlocks, ranges } = config;
  const names = blockNames(config);
  const columns = inputs.factors && split(inputs.factors, 1, Array<number>(2 * names.length).fill(1));
  const through = (own: Tensor, other: Tensor, mask: Tensor, name: string, stride: Stride) => {
    const factor = (branch: number) => reshape(columns![2 * names.indexOf(name) + branch]!, [mask.shape[0]!, 1, 1]);
    return block(own, other, mask, within(weights, name), {
      ...{ heads, stride, scaled: dropPath > 0, kind: config.tasks[task]!.kind },
      factors: columns && [factor(0), factor(1)],
    });
  };
  const across = (x: PerModality, mask: Tensor, name: (modality: Modality) => string, stride: Stride): PerModality => ({
    V: through(x.V, x.A, mask, name('V'), stride),
    A: through(x.A, x.V, mask, name('A'), stride),
  });
  const table = masked(constant(positions, [1, mask.shape[1]!, width]), mask);
  const ofModality = (modality: Modality) => {
    const rows = modality === 'V' ? inputs.visual : inputs.audio;
    const parts = { convolutions: `embd_${modality}`, norms: `embd_norm_${modality}` };
    const start = add(convolutionStack(rows, mask, within(weights, 'backbone'), parts), table);
    return Array.from({ length: selfBlocks }, (_, index) => selfBlockName(modality, index)).reduce(
      (x, name) => through(x, x, mask, name, 1),
      start,
    );
  };
  const levels = [across({ V: ofModality('V'), A: ofModality('A') }, mask, crossBlockName, 1)];
  const masks = [mask];
  for (let level = 1; level < ranges.length; level++) {
    levels.push(across(levels.at(-1)!, masks.at(-1)!, (modality) => pyramidBlockName(modality, level - 1), 2));
    masks.push(everyNth(masks.at(-1)!, 2));
  }
  return {
    levels: levels.map((x) =>
      concat(
        modalities.map((modality) => x[modality]),
        2,
      ),
    ),
    masks,
  };
}
