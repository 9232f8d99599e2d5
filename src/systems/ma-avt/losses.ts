// The losses of MA-AVT (steps 5 to 8 of docs/model.md).
// Shapes: B clips, C channels, K classes.
import { add, l2Normalise, linear, multiply, sum } from '../../graph/functions.ts';
import { filled, type Tensor } from '../../graph/tensor.ts';
import { binaryCrossEntropy, crossEntropy, infoNce } from '../../model/losses.ts';
import type { Tensors } from '../../model/model.ts';
import type { Weights } from '../../model/vit.ts';
import { featureOf } from './encoder.ts';
import type { HeadOutputs } from './heads.ts';
import { type Modality, modalities, type PerModality, type PresentModalities } from './modalities.ts';
import type { MaAvtConfig } from './settings.ts';

export type MaAvtTargets = {
  /** [B, K], a distribution over classes for each clip, zeros for background clips and for padding. */
  readonly classes: Tensor;
  /** [B], 1 for clips whose picture and sound do not belong together, else 0. */
  readonly background: Tensor;
  /** [B, K] each: what the picture and the sound show, also where they do not belong together. */
  readonly own: PerModality;
};

export const lossNames = ['total', 'foreground', 'background', 'contrastive', 'own'] as const;

export type MaAvtLosses = Readonly<Record<(typeof lossNames)[number], Tensor>>;

/**
 * The losses, each a scalar. A clip with no class that is not background either is padding: it takes no part anywhere.
 */
export function maAvtLosses(
  outputs: HeadOutputs,
  encoded: Tensors,
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
      const { visual, audio } = contrastiveEmbeddings(encoded, layer, trainable, config);
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
  encoded: Tensors,
  layer: number,
  trainable: Weights,
  config: MaAvtConfig,
): PerModality {
  const { visual, audio } = bothOf(featureOf(encoded, `shared.${layer}`));
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
