// The token sequences of MA-AVT through the backbone (steps 1 to 4 and 10 of docs/model.md).
// Shapes: B clips, C channels, P patches, T tokens; visual and audio are stacked on the batch axis where they can be.
import { add, concat, expand, mean, multiply, reshape, slice, softmax, split } from '../../graph/functions.ts';
import { constant, type Tensor } from '../../graph/tensor.ts';
import { adaptedOutput, adaptedWeights } from '../../model/adaptation.ts';
import { bandMeans } from '../../model/band-means.ts';
import type { Tensors } from '../../model/model.ts';
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
import { type Modality, modalities, modalitiesOf, type PresentModalities } from './modalities.ts';
import { positionRows } from './positions.ts';
import type { MaAvtConfig, tokenKinds } from './settings.ts';
import { hasStems, stemFeatures } from './stems.ts';

/**
 * What a clip becomes, by the modality and one of these names:
 * `cls` and, with a background token, `background`: CLS and BG after the final norm, [B, C];
 * `patch_mean`: mean of the patches after the final norm, [B, C], only for heads that read it;
 * `bands`: means of the sound's patches in each band of frequency half-way through the blocks, [B, bands C], likewise;
 * `shared.LAYER`: mean of the shared tokens after each block, [B, C], none without shared tokens;
 * `stem`: what its stem says, [B, S], only of models with stems;
 * `attention`: how much CLS attends to each patch in the last block, [B, P], each row summing to one.
 */
export type FeatureName = 'cls' | 'background' | 'patch_mean' | 'bands' | `shared.${number}` | 'stem' | 'attention';

/** A feature of both modalities, as far as they have it. */
export function featureOf(encoded: Tensors, name: FeatureName): PresentModalities {
  return { visual: encoded[`visual.${name}`], audio: encoded[`audio.${name}`] };
}

/** For asking where something came from. */
export type Trace = {
  /** What enters each block: [N, T, C], one tensor for both modalities where they are stacked, else one for each. */
  readonly sequences: readonly (readonly Tensor[])[];
  /** The patches' rows of tensors [N, T, ...] that belong to the sequences of a block: [B, P, ...]. */
  patches(rows: readonly Tensor[]): PresentModalities;
};

export type Encoded = {
  readonly features: Tensors;
  /** Undefined for stems alone. */
  readonly trace: Trace | undefined;
};

/**
 * The sequences of the model's modalities through the blocks.
 * @param inputs `images` [B, 3, height, width], normalised, and `spectrograms` [B, 1, height, width], standardised.
 * @param patchesApart whether patches enter block 0 apart from what is trained: one step more there, and no backward
 * pass to them.
 */
export function encode(
  inputs: Tensors,
  frozen: Weights,
  trained: Weights,
  config: MaAvtConfig,
  patchesApart: boolean,
): Encoded {
  const stems = hasStems(config) ? named([['stem', stemFeatures(inputs, trained, config)]]) : {};
  if (config.stems === 'alone') return { features: stems, trace: undefined };
  const weights = adaptedWeights(frozen, trained, config);
  const layout = layoutOf(inputs, config);
  const start = startingSequences(layout, inputs, tableOf(frozen, trained, config), weights, trained, patchesApart);
  const passed = throughBlocks(layout, start, weights, trained);
  return {
    features: { ...featuresOf(layout, passed, weights), ...stems },
    trace: {
      sequences: passed.entering,
      patches: (rows) => layout.apart(rows.map((x) => slice(x, 1, 1, 1 + layout.patchCount))),
    },
  };
}

/** How tokens lie in the sequences: CLS, patches, BG, unimodal tokens, shared tokens. */
type Layout = {
  readonly config: MaAvtConfig;
  readonly clips: number;
  readonly patchCount: number;
  /** Rows of the grid of patches. */
  readonly patchRows: number;
  readonly taken: readonly Modality[];
  /** Whether the blocks run once over both modalities, as their sequences are equally long. */
  readonly isStacked: boolean;
  /** One tensor for each modality as the streams that pass the blocks, and back. */
  together(ofModalities: readonly Tensor[]): readonly Tensor[];
  apart(streams: readonly Tensor[]): PresentModalities;
  /** Rows that are read after the last block, in this order. */
  readonly read: { readonly background: number; readonly patches: number; readonly shared: number };
};

function layoutOf({ images }: Tensors, config: MaAvtConfig): Layout {
  const { vit, tokens } = config;
  const [clips, , height, width] = images!.shape as [number, number, number, number];
  const patchRows = height / vit.patchSize;
  const patchCount = patchRows * (width / vit.patchSize);
  const taken = modalitiesOf(config);
  const isStacked = taken.length > 1 && tokens.visual === tokens.audio;
  return {
    ...{ config, clips, patchCount, patchRows, taken, isStacked },
    together: (ofModalities) => (isStacked ? [concat(ofModalities, 0)] : ofModalities),
    apart(streams) {
      const parts = isStacked ? split(streams[0]!, 0, [clips, clips]) : streams;
      const of = (modality: Modality) => parts[taken.indexOf(modality)];
      return { visual: of('visual'), audio: of('audio') };
    },
    read: {
      background: config.background ? 1 : 0,
      patches: config.heads === 'paper' ? 0 : patchCount,
      shared: tokens.shared,
    },
  };
}

type Start = {
  /** Of each stream, in parts along the tokens. */
  readonly streams: readonly Parts[];
  /** The trained tokens of each stream; no tensor for a stream without them. */
  readonly prompts: readonly (readonly Tensor[])[];
};

/** 1. to 3.: patches, positions and tokens. */
function startingSequences(
  { config, clips, patchCount, taken, isStacked, together }: Layout,
  { images, spectrograms }: Tensors,
  table: Tensor,
  weights: Weights,
  trained: Weights,
  patchesApart: boolean,
): Start {
  const { vit, tokens } = config;
  const ofInputs = { visual: () => images!, audio: () => scaled(spectrograms!, config) };
  const patches = taken.map((modality) => patchEmbedding(ofInputs[modality](), weights, vit)); // 1.

  // 2. The sequence: CLS, patches, BG, unimodal tokens, shared tokens.
  const lengths = config.background ? [1, patchCount, 1] : [1, patchCount];
  const [clsPosition, patchPosition, backgroundPosition] = split(table, 0, lengths);
  const everyClip = (rows: Tensor) => expand(reshape(rows, [1, ...rows.shape]), [clips, ...rows.shape]);
  const isTrained = config.classToken === 'trained';
  const clsToken = isTrained ? trained('cls_token') : reshape(weights('cls_token'), [1, vit.width]);
  const cls = everyClip(add(clsToken, clsPosition!));
  const background = config.background ? [everyClip(add(trained('background_token'), backgroundPosition!))] : [];
  const prompts = taken.map((modality) => {
    const kinds = ([modality, 'shared'] as const).filter((kind) => tokens[kind] > 0);
    const sets = kinds.map((kind) => tokenSet(kind, trained, config));
    return sets.length > 0 ? [everyClip(concat(sets, 0))] : [];
  });
  const starts = taken.map((_, index) => {
    const ofPatches = add(patches[index]!, patchPosition!);
    const own = [...background, ...prompts[index]!];
    const parts = isTrained ? [[cls], [ofPatches], own] : [[cls, ofPatches], own];
    return (patchesApart ? parts.filter((part) => part.length > 0) : [parts.flat()]).map((part) => concat(part, 1));
  });
  const parts = starts[0]!.map((_, part) => together(starts.map((ofModality) => ofModality[part]!)));
  return {
    streams: parts[0]!.map((_, stream): Parts => parts.map((streams) => streams[stream]!)),
    prompts: isStacked && tokens.visual + tokens.shared > 0 ? [together(prompts.flat())] : prompts,
  };
}

type Passed = {
  /** What leaves the last block: only the rows that are read. */
  readonly ending: readonly Tensor[];
  readonly entering: Trace['sequences'];
  /** Of the last block's attention, by stream. */
  readonly scores: readonly Tensor[];
  readonly bands: Tensor | undefined;
  readonly shared: readonly PresentModalities[];
};

/** 4. and 5.: the blocks, with what is read half-way. */
function throughBlocks(layout: Layout, { streams, prompts }: Start, weights: Weights, trained: Weights): Passed {
  const { config, patchCount, patchRows, apart } = layout;
  const { vit, tokens } = config;
  const ownLength = 1 + patchCount + layout.read.background;
  const entering: (readonly Tensor[])[] = [];
  const shared: PresentModalities[] = [];
  let sequences: readonly Tensor[] = streams.map((parts) => concat(parts, 1));
  let scores: readonly Tensor[] = [];
  let bands: Tensor | undefined;
  for (let layer = 0; layer < vit.depth; layer++) {
    if (config.layerwise === 'common' && layer > 0)
      sequences = sequences.map((x, stream) => concat([slice(x, 1, 0, ownLength), ...prompts[stream]!], 1));
    if (layer === Math.floor(vit.depth / 2) && config.soundBands > 0) {
      const sound = apart(sequences).audio;
      const patches = sound && slice(sound, 1, 1, 1 + patchCount);
      bands = patches && bandMeans(patches, patchRows, config.soundBands, config.frequencyAxis ?? 'rows');
    }
    entering.push(sequences);
    const results = sequences.map((x, stream) =>
      block(
        layer === 0 ? streams[stream]! : [x],
        within(weights, `blocks.${layer}`),
        vit,
        layer === vit.depth - 1 ? (tokensOf) => rowsRead(tokensOf, layout) : undefined,
      ),
    );
    sequences = results.map(({ output }) => adaptedOutput(output, layer, trained, config));
    scores = results.map((result) => result.scores);
    // 5. What the contrastive loss of this block compares.
    if (tokens.shared > 0)
      shared.push(apart(sequences.map((x) => mean(slice(x, 1, x.shape[1]! - tokens.shared, x.shape[1]!), [1]))));
  }
  return { ending: sequences, entering, scores, bands, shared };
}

function rowsRead(x: Tensor, { patchCount, read }: Layout): Tensor {
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
}

function featuresOf({ config, patchCount, read, apart }: Layout, passed: Passed, weights: Weights): Tensors {
  const ending = (start: number, count: number) =>
    apart(
      passed.ending.map((x) => mean(norm(slice(x, 1, start, start + count), within(weights, 'norm'), config.vit), [1])),
    );
  const features = new Map<FeatureName, PresentModalities>([['cls', ending(0, 1)]]);
  if (config.background) features.set('background', ending(1, 1));
  if (read.patches > 0) features.set('patch_mean', ending(1 + read.background, read.patches));
  features.set('bands', { visual: undefined, audio: passed.bands });
  for (const [layer, part] of passed.shared.entries()) features.set(`shared.${layer}`, part);
  features.set('attention', apart(passed.scores.map((ofStream) => clsAttention(ofStream, patchCount)))); // 10.
  return named(features);
}

function named(features: Iterable<[FeatureName, PresentModalities]>): Tensors {
  return Object.fromEntries(
    [...features].flatMap(([name, part]) =>
      modalities.flatMap((modality) => {
        const feature = part[modality];
        return feature ? [[`${modality}.${name}`, feature]] : [];
      }),
    ),
  );
}

function scaled(spectrograms: Tensor, { spectrogramScale }: MaAvtConfig): Tensor {
  return spectrogramScale === 1 ? spectrograms : multiply(spectrograms, spectrogramScale);
}

/** Position rows of CLS, patches and, if there is one, BG. */
function tableOf(frozen: Weights, trained: Weights, config: MaAvtConfig): Tensor {
  if (config.adaptation === 'full') return trained('backbone.pos_embed');
  const { source } = frozen('pos_embed');
  if (source.kind !== 'constant') throw new Error('the positions of a backbone that is not trained are constants');
  const rows = positionRows(source.data as Float32Array, config);
  return constant(rows, [rows.length / config.vit.width, config.vit.width]);
}

/** 3. One set of tokens [tokens, C] through its light self-attention, which at export is already folded in. */
export function tokenSet(
  kind: (typeof tokenKinds)[number],
  trainable: Weights,
  { lightSelfAttention }: MaAvtConfig,
): Tensor {
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
