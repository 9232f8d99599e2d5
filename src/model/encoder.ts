// The two token sequences of MA-AVT through the frozen backbone (steps 1 to 4 and 10 of docs/model.md).
// Shapes: B clips, C channels, P patches, T tokens; visual and audio are stacked on the batch axis where they can be.
import { add, concat, expand, mean, multiply, reshape, slice, softmax, split } from '../graph/functions.ts';
import { constant, type Tensor } from '../graph/tensor.ts';
import type { MaAvtConfig } from './config.ts';
import { appendZeroRow, stretchRows } from './positions.ts';
import { block, norm, patchEmbedding, selfAttention, splitQkv, type Weights, within } from './vit.ts';

export type Modality = 'visual' | 'audio';
export type PerModality = Readonly<Record<Modality, Tensor>>;

export type Features = {
  /** CLS and, with a background token, BG after the final norm, [B, C]. */
  readonly cls: PerModality;
  readonly background: PerModality | undefined;
  /** Mean of the patches after the final norm, [B, C]; only for heads that read it. */
  readonly patchMean: PerModality | undefined;
  /** Mean of the shared tokens after each block, [B, C]. */
  readonly shared: readonly PerModality[];
  /** How much CLS attends to each patch in the last block, [B, P], each row summing to one. */
  readonly attention: PerModality;
};

/**
 * The two sequences through the frozen blocks.
 * @param images [B, 3, height, width], normalised.
 * @param spectrograms [B, 1, height, width], standardised.
 * @param positions the backbone's position table, [1 + P, C] values.
 */
export function encode(
  images: Tensor,
  spectrograms: Tensor,
  positions: Float32Array,
  frozen: Weights,
  trainable: Weights,
  config: MaAvtConfig,
): Features {
  const { vit, tokens } = config;
  const clips = images.shape[0]!;
  const scaled = config.spectrogramScale === 1 ? spectrograms : multiply(spectrograms, config.spectrogramScale);
  const patches = { visual: patchEmbedding(images, frozen, vit), audio: patchEmbedding(scaled, frozen, vit) }; // 1.
  const patchCount = patches.visual.shape[1]!;

  // 2. The sequence: CLS, patches, BG, unimodal tokens, shared tokens.
  const table = positionTable(positions, config);
  const [clsPosition, patchPosition, backgroundPosition] = split(table, 0, config.background ? [1, patchCount, 1] : [1, patchCount]);
  const everyClip = (rows: Tensor) => expand(reshape(rows, [1, ...rows.shape]), [clips, ...rows.shape]);
  const cls = everyClip(add(trainable('cls_token'), clsPosition!));
  const background = config.background ? [everyClip(add(trainable('background_token'), backgroundPosition!))] : [];
  const sets = (...kinds: readonly (Modality | 'shared')[]) =>
    everyClip(
      concat(
        kinds.filter((kind) => tokens[kind] > 0).map((kind) => tokenSet(kind, trainable, config)),
        0,
      ),
    );
  const prompts = { visual: sets('visual', 'shared'), audio: sets('audio', 'shared') };
  const start = (modality: Modality) => concat([cls, add(patches[modality], patchPosition!), ...background, prompts[modality]], 1);

  // 4. The frozen blocks, once over both modalities if their sequences are equally long.
  const stacked = tokens.visual === tokens.audio;
  const together = (visual: Tensor, audio: Tensor) => (stacked ? [concat([visual, audio], 0)] : [visual, audio]);
  const apart = (sequences: readonly Tensor[]): PerModality => {
    const [visual, audio] = stacked ? split(sequences[0]!, 0, [clips, clips]) : sequences;
    return { visual: visual!, audio: audio! };
  };
  const ownLength = 1 + patchCount + background.length;
  const promptsTogether = together(prompts.visual, prompts.audio);
  // After the last block only these rows are read, in this order.
  const read = { cls: 1, background: background.length, patches: config.heads === 'paper' ? 0 : patchCount, shared: tokens.shared };
  const readAtTheEnd = (x: Tensor) => {
    const length = x.shape[1]!;
    const at = (start: number, count: number) => (count > 0 ? [slice(x, 1, start, start + count)] : []);
    return concat(
      [...at(0, 1), ...at(1 + patchCount, read.background), ...at(1, read.patches), ...at(length - read.shared, read.shared)],
      1,
    );
  };
  let sequences = together(start('visual'), start('audio'));
  let scores: Tensor[] = [];
  const shared: PerModality[] = [];
  for (let layer = 0; layer < vit.depth; layer++) {
    const last = layer === vit.depth - 1;
    if (config.layerwise === 'common' && layer > 0)
      sequences = sequences.map((x, stream) => concat([slice(x, 1, 0, ownLength), promptsTogether[stream]!], 1));
    const results = sequences.map((x) => block(x, within(frozen, `blocks.${layer}`), vit, last ? readAtTheEnd : undefined));
    sequences = results.map(({ output }) => output);
    scores = results.map((result) => result.scores);
    // 5. What the contrastive loss of this block compares.
    shared.push(apart(sequences.map((x) => mean(slice(x, 1, x.shape[1]! - tokens.shared, x.shape[1]!), [1]))));
  }

  const ending = (start: number, count: number) =>
    apart(sequences.map((x) => mean(norm(slice(x, 1, start, start + count), within(frozen, 'norm'), vit), [1])));
  return {
    cls: ending(0, 1),
    background: config.background ? ending(1, 1) : undefined,
    patchMean: read.patches > 0 ? ending(1 + read.background, read.patches) : undefined,
    shared,
    attention: apart(scores.map((ofStream) => clsAttention(ofStream, patchCount))), // 10.
  };
}

/** Position rows of CLS, patches and, if there is one, BG. */
function positionTable(positions: Float32Array, { vit, background, positions: kind }: MaAvtConfig): Tensor {
  const rows = positions.length / vit.width;
  if (!background) return constant(positions, [rows, vit.width]);
  const longer = kind === 'exact' ? appendZeroRow(positions, vit.width) : stretchRows(positions, vit.width, rows + 1);
  return constant(longer, [rows + 1, vit.width]);
}

/** 3. One set of tokens [tokens, C] through its light self-attention, which at export is already folded in. */
export function tokenSet(kind: Modality | 'shared', trainable: Weights, { lightSelfAttention }: MaAvtConfig): Tensor {
  const set = trainable(`${kind}_tokens`);
  if (!lightSelfAttention) return set;
  const sequence = reshape(set, [1, ...set.shape]);
  return reshape(selfAttention(sequence, splitQkv(within(trainable, `${kind}_attention`)), 8).output, set.shape);
}

/** Scores [N, H, rows, T] to the CLS row's mean over heads on the patches, after softmax: [N, P]. */
function clsAttention(scores: Tensor, patchCount: number): Tensor {
  const [count, heads] = scores.shape as [number, number];
  const onPatches = slice(slice(scores, 2, 0, 1), 3, 1, 1 + patchCount);
  return softmax(mean(reshape(onPatches, [count, heads, patchCount]), [1]));
}
