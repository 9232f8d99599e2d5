// MA-AVT (Mahmud et al. 2024, arXiv 2406.04930): one frozen ViT for pictures and spectrograms, adapted by a few tokens
// that are aligned block by block. docs/model.md numbers its steps; the comments here name them.
// Shapes: B clips, C channels, P patches, K classes.
import { add, concat, l2Normalise, linear, multiply, split, sum } from '../../graph/functions.ts';
import { filled, type Tensor } from '../../graph/tensor.ts';
import { adaptedWeights } from '../../model/adaptation.ts';
import { binaryCrossEntropy, crossEntropy, infoNce } from '../../model/losses.ts';
import type { Weights } from '../../model/vit.ts';
import { encode, type Features } from './encoder.ts';
import { type FeatureMasks, type HeadOutputs, heads } from './heads.ts';
import { type Modality, modalities, type PerModality, type PresentModalities } from './modalities.ts';
import type { MaAvtConfig } from './settings.ts';

export type MaAvtInputs = {
  /** [B, 3, height, width], normalised as the backbone asks. */
  readonly images: Tensor;
  /** [B, 1, height, width], standardised. */
  readonly spectrograms: Tensor;
  /** Factors on the features that the class heads read, in training only. */
  readonly masks?: FeatureMasks | undefined;
};

/** Logits, those of the background positive where sound and picture do not belong together. */
export type MaAvtOutputs = HeadOutputs & { readonly features: Features };

/** Everything a graph of the model is built from. `positions` is the backbone's table, [1 + P, C] values. */
export type MaAvtWeights = { readonly positions: Float32Array; readonly frozen: Weights; readonly trainable: Weights };

/** How clips pass the blocks. The numbers are the same for any. */
export type Passage = {
  /** Clips that pass together: smaller working sets stay in the processor's cache. Default: all. */
  readonly chunk?: number;
  /** Whether the graph is going to be differentiated; see encode. Default: false. */
  readonly forGradients?: boolean;
};

/** The model from inputs to logits (steps 1 to 4, 6, 7, 10). */
export function maAvt(
  { images, spectrograms, masks }: MaAvtInputs,
  weights: MaAvtWeights,
  config: MaAvtConfig,
  { chunk = images.shape[0]!, forGradients }: Passage = {},
): MaAvtOutputs {
  const { trainable, positions } = weights;
  const adapted = adaptedWeights(weights.frozen, trainable, config);
  const lengths = chunkLengths(images.shape[0]!, chunk);
  const soundChunks = split(spectrograms, 0, lengths);
  const features = joinFeatures(
    split(images, 0, lengths).map((part, index) =>
      encode(part, soundChunks[index]!, positions, adapted, trainable, config, forGradients),
    ),
  );
  return { ...heads(features, trainable, config, masks), features }; // 6. and 7.
}

export type MaAvtTargets = {
  /** [B, K], a distribution over classes for each clip, zeros for background clips and for padding. */
  readonly classes: Tensor;
  /** [B], 1 for clips whose picture and sound do not belong together, else 0. */
  readonly background: Tensor;
  /** [B, K] each: what the picture and the sound show, also where they do not belong together. */
  readonly own: PerModality;
};

export type MaAvtLosses = Readonly<Record<'total' | 'foreground' | 'background' | 'contrastive' | 'own', Tensor>>;

/**
 * The losses (steps 5 to 8). A clip with no class that is not background either is padding: it takes no part anywhere.
 */
export function maAvtLosses(
  outputs: HeadOutputs & { readonly features: Pick<Features, 'shared'> },
  targets: MaAvtTargets,
  trainable: Weights,
  config: MaAvtConfig,
): MaAvtLosses {
  const foregroundMask = sum(targets.classes, [1]);
  const clips = add(foregroundMask, targets.background);
  const none = filled(0, [], 'float32');
  const foreground = crossEntropy(outputs.classLogits, targets.classes);
  const background = outputs.backgroundLogits
    ? binaryCrossEntropy(outputs.backgroundLogits, targets.background, clips)
    : none;
  const blocks = comparedBlocks(config);
  const contrastive = blocks
    .map((layer) => {
      const { visual, audio } = contrastiveEmbeddings(
        bothOf(outputs.features.shared[layer]!),
        layer,
        trainable,
        config,
      );
      return infoNce(visual, audio, config.temperature, foregroundMask);
    })
    .reduce((total, loss) => add(total, multiply(loss, 1 / blocks.length)), none);
  const { ownLogits } = outputs;
  const ownLosses = modalities.flatMap((modality) =>
    ownLogits?.[modality] ? [crossEntropy(ownLogits[modality], targets.own[modality])] : [],
  );
  const own = ownLosses.length > 0 ? multiply(ownLosses.reduce(add), 1 / ownLosses.length) : none;
  const losses = { foreground, background, contrastive, own };
  const total = Object.entries(losses)
    .map(([name, loss]) => multiply(loss, config.weights[name as keyof typeof losses]))
    .reduce((sum, loss) => add(sum, loss)); // 8.
  return { total, ...losses };
}

/** The unit vectors that the loss after a block compares, [B, 512] (step 5). */
export function contrastiveEmbeddings(
  { visual, audio }: PerModality,
  layer: number,
  trainable: Weights,
  config: MaAvtConfig,
): PerModality {
  const own = config.contrastive === 'blockwise-separate' ? `.${layer}` : '';
  const project = (x: Tensor, modality: Modality) =>
    l2Normalise(
      linear(x, trainable(`${modality}_projection${own}.weight`), trainable(`${modality}_projection${own}.bias`)),
    );
  return { visual: project(visual, 'visual'), audio: project(audio, 'audio') };
}

function bothOf({ visual, audio }: PresentModalities): PerModality {
  if (!visual || !audio) throw new Error('a pair of picture and sound is needed, and the model takes only one of them');
  return { visual, audio };
}

function comparedBlocks({ contrastive, vit }: MaAvtConfig): number[] {
  if (contrastive === 'none') return [];
  return contrastive === 'final' ? [vit.depth - 1] : [...Array(vit.depth).keys()];
}

function chunkLengths(total: number, chunk: number): number[] {
  const full = Array<number>(Math.floor(total / chunk)).fill(chunk);
  return total % chunk === 0 ? full : [...full, total % chunk];
}

function joinFeatures(chunks: readonly Features[]): Features {
  const [first] = chunks as [Features];
  const join = (pick: (features: Features) => PresentModalities): PresentModalities => {
    const of = (modality: Modality) => {
      const parts = chunks.flatMap((features) => pick(features)[modality] ?? []);
      return parts.length > 0 ? concat(parts, 0) : undefined;
    };
    return { visual: of('visual'), audio: of('audio') };
  };
  return {
    cls: join(({ cls }) => cls),
    background: first.background && join(({ background }) => background!),
    patchMean: first.patchMean && join(({ patchMean }) => patchMean!),
    bands: first.bands && join(({ bands }) => bands!),
    shared: first.shared.map((_, layer) => join(({ shared }) => shared[layer]!)),
    attention: join(({ attention }) => attention),
    trace: chunks.length === 1 ? first.trace : undefined,
  };
}
