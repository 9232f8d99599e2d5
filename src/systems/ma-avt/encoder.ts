// The token sequences of MA-AVT through the backbone (steps 1 to 4 and 10 of docs/model.md).
// Shapes: B clips, C channels, P patches, T tokens; visual and audio are stacked on the batch axis where they can be.
import { add, concat, expand, mean, multiply, reshape, slice, softmax, split } from '../../graph/functions.ts';
import { constant, type Tensor } from '../../graph/tensor.ts';
import { adaptedOutput } from '../../model/adaptation.ts';
import { bandMeans } from '../../model/band-means.ts';
import {
  block,
  norm,
  type Parts,
  patchEmbedding,
  selfAttention,
  splitQkv,
  type Weights,
  within,
} from '../../model/vit.ts';
import { type Modality, modalitiesOf, type PresentModalities } from './modalities.ts';
import { positionRows } from './positions.ts';
import type { MaAvtConfig } from './settings.ts';

export type Features = {
  /** CLS and, with a background token, BG after the final norm, [B, C]. */
  readonly cls: PresentModalities;
  readonly background: PresentModalities | undefined;
  /** Mean of the patches after the final norm, [B, C]; only for heads that read it. */
  readonly patchMean: PresentModalities | undefined;
  /**
   * Means of the sound's patches in each band of frequency half-way through the blocks, [B, bands C]; only for heads
   * that read it.
   */
  readonly bands: PresentModalities | undefined;
  /** Mean of the shared tokens after each block, [B, C]; none without shared tokens. */
  readonly shared: readonly PresentModalities[];
  /** How much CLS attends to each patch in the last block, [B, P], each row summing to one. */
  readonly attention: PresentModalities;
  /** For asking where something came from; undefined for clips that passed the blocks in chunks. */
  readonly trace: Trace | undefined;
};

export type Trace = {
  /** What enters each block: [N, T, C], one tensor for both modalities where they are stacked, else one for each. */
  readonly sequences: readonly (readonly Tensor[])[];
  /** The patches' rows of tensors [N, T, ...] that belong to the sequences of a block: [B, P, ...]. */
  patches(rows: readonly Tensor[]): PresentModalities;
};

/**
 * The sequences of the model's modalities through the blocks.
 * @param images [B, 3, height, width], normalised.
 * @param spectrograms [B, 1, height, width], standardised.
 * @param positions the backbone's position table, [1 + P, C] values.
 * @param weights the backbone's, as the model's adaptation leaves them.
 * @param forGradients whether patches enter block 0 apart from what is trained: one step more there, and no way back to
 * them.
 */
export function encode(
  images: Tensor,
  spectrograms: Tensor,
  positions: Float32Array,
  weights: Weights,
  trainable: Weights,
  config: MaAvtConfig,
  forGradients = false,
): Features {
  const { vit, tokens } = config;
  const taken = modalitiesOf(config);
  const clips = images.shape[0]!;
  const ofInputs = { visual: () => images, audio: () => scaled(spectrograms, config) };
  const patches = taken.map((modality) => patchEmbedding(ofInputs[modality](), weights, vit)); // 1.
  const patchCount = patches[0]!.shape[1]!;

  // 2. The sequence: CLS, patches, BG, unimodal tokens, shared tokens.
  const table = positionTable(positions, trainable, config);
  const [clsPosition, patchPosition, backgroundPosition] = split(
    table,
    0,
    config.background ? [1, patchCount, 1] : [1, patchCount],
  );
  const everyClip = (rows: Tensor) => expand(reshape(rows, [1, ...rows.shape]), [clips, ...rows.shape]);
  const clsToken =
    config.classToken === 'trained' ? trainable('cls_token') : reshape(weights('cls_token'), [1, vit.width]);
  const cls = everyClip(add(clsToken, clsPosition!));
  const background = config.background ? [everyClip(add(trainable('background_token'), backgroundPosition!))] : [];
  const prompts = taken.map((modality) => {
    const kinds = ([modality, 'shared'] as const).filter((kind) => tokens[kind] > 0);
    const sets = kinds.map((kind) => tokenSet(kind, trainable, config));
    return sets.length > 0 ? [everyClip(concat(sets, 0))] : [];
  });
  const starts = taken.map((_, index) => {
    const ofPatches = add(patches[index]!, patchPosition!);
    const own = [...background, ...prompts[index]!];
    const parts = config.classToken === 'trained' ? [[cls], [ofPatches], own] : [[cls, ofPatches], own];
    return (forGradients ? parts.filter((part) => part.length > 0) : [parts.flat()]).map((part) => concat(part, 1));
  });

  // 4. The blocks, once over both modalities if their sequences are equally long.
  const stacked = taken.length > 1 && tokens.visual === tokens.audio;
  const together = (ofModalities: readonly Tensor[]) => (stacked ? [concat(ofModalities, 0)] : ofModalities);
  const apart = (sequences: readonly Tensor[]): PresentModalities => {
    const parts = stacked ? split(sequences[0]!, 0, [clips, clips]) : sequences;
    const of = (modality: Modality) => parts[taken.indexOf(modality)];
    return { visual: of('visual'), audio: of('audio') };
  };
  const ownLength = 1 + patchCount + background.length;
  const promptsOfStreams = stacked && tokens.visual + tokens.shared > 0 ? [together(prompts.flat())] : prompts;
  // After the last block only these rows are read, in this order.
  const read = {
    cls: 1,
    background: background.length,
    patches: config.heads === 'paper' ? 0 : patchCount,
    shared: tokens.shared,
  };
  const readAtTheEnd = (x: Tensor) => {
    const length = x.shape[1]!;
    const at = (start: number, count: number) => (count > 0 ? [slice(x, 1, start, start + count)] : []);
    return concat(
      [
        ...at(0, 1),
        ...at(1 + patchCount, read.background),
        ...at(1, read.patches),
        ...at(length - read.shared, read.shared),
      ],
      1,
    );
  };
  const startParts = starts[0]!.map((_, part) => together(starts.map((parts) => parts[part]!)));
  const starting = startParts[0]!.map((_, stream): Parts => startParts.map((streams) => streams[stream]!));
  let sequences = starting.map((parts) => concat(parts, 1));
  const entering: (readonly Tensor[])[] = [];
  let scores: Tensor[] = [];
  let bands: Tensor | undefined;
  const shared: PresentModalities[] = [];
  for (let layer = 0; layer < vit.depth; layer++) {
    const last = layer === vit.depth - 1;
    if (config.layerwise === 'common' && layer > 0)
      sequences = sequences.map((x, stream) => concat([slice(x, 1, 0, ownLength), ...promptsOfStreams[stream]!], 1));
    if (layer === Math.floor(vit.depth / 2) && config.soundBands > 0) {
      const sound = apart(sequences).audio;
      const rows = images.shape[2]! / vit.patchSize;
      const patches = sound && slice(sound, 1, 1, 1 + patchCount);
      bands = patches && bandMeans(patches, rows, config.soundBands, config.frequencyAxis ?? 'rows');
    }
    entering.push(sequences);
    const results = sequences.map((x, stream) =>
      block(
        layer === 0 ? starting[stream]! : [x],
        within(weights, `blocks.${layer}`),
        vit,
        last ? readAtTheEnd : undefined,
      ),
    );
    sequences = results.map(({ output }) => adaptedOutput(output, layer, trainable, config));
    scores = results.map((result) => result.scores);
    // 5. What the contrastive loss of this block compares.
    if (tokens.shared > 0)
      shared.push(apart(sequences.map((x) => mean(slice(x, 1, x.shape[1]! - tokens.shared, x.shape[1]!), [1]))));
  }

  const ending = (start: number, count: number) =>
    apart(sequences.map((x) => mean(norm(slice(x, 1, start, start + count), within(weights, 'norm'), vit), [1])));
  return {
    cls: ending(0, 1),
    background: config.background ? ending(1, 1) : undefined,
    patchMean: read.patches > 0 ? ending(1 + read.background, read.patches) : undefined,
    bands: bands && { visual: undefined, audio: bands },
    shared,
    attention: apart(scores.map((ofStream) => clsAttention(ofStream, patchCount))), // 10.
    trace: { sequences: entering, patches: (rows) => apart(rows.map((x) => slice(x, 1, 1, 1 + patchCount))) },
  };
}

function scaled(spectrograms: Tensor, { spectrogramScale }: MaAvtConfig): Tensor {
  return spectrogramScale === 1 ? spectrograms : multiply(spectrograms, spectrogramScale);
}

/** Position rows of CLS, patches and, if there is one, BG. */
function positionTable(positions: Float32Array, trainable: Weights, config: MaAvtConfig): Tensor {
  if (config.adaptation === 'full') return trainable('backbone.pos_embed');
  const rows = positionRows(positions, config);
  return constant(rows, [rows.length / config.vit.width, config.vit.width]);
}

/** 3. One set of tokens [tokens, C] through its light self-attention, which at export is already folded in. */
export function tokenSet(kind: Modality | 'shared', trainable: Weights, { lightSelfAttention }: MaAvtConfig): Tensor {
  const set = trainable(`${kind}_tokens`);
  if (!lightSelfAttention) return set;
  const sequence = reshape(set, [1, ...set.shape]);
  return reshape(selfAttention([sequence], splitQkv(within(trainable, `${kind}_attention`)), 8).output, set.shape);
}

/** Scores [N, H, rows, T] to the CLS row's mean over heads on the patches, after softmax: [N, P]. */
function clsAttention(scores: Tensor, patchCount: number): Tensor {
  const [count, heads] = scores.shape as [number, number];
  const onPatches = slice(slice(scores, 2, 0, 1), 3, 1, 1 + patchCount);
  return softmax(mean(reshape(onPatches, [count, heads, patchCount]), [1]));
}
