// How alike picture and sound are after each block, in the space where the contrastive loss draws them together
// (docs/model.md, step 5).
import type { Batch } from '../../data/batch.ts';
import { openPredictor } from '../../infer/predictor.ts';
import type { Model } from '../../model/model.ts';
import type { ParameterValues } from '../../model/parameters.ts';
import type { OpenSession } from '../../runtime/session.ts';
import type { Backbone } from '../../weights/backbone.ts';
import { encode } from './encoder.ts';
import { contrastiveEmbeddings } from './losses.ts';
import { maAvt } from './model.ts';
import { pairBatch } from './pair-batch.ts';
import type { MaAvtConfig } from './settings.ts';

/** Mean cosines over clips and over pairs of different classes, for each block. */
export type Alignment = { readonly matched: readonly number[]; readonly mismatched: readonly number[] };

export type AlignmentProbe = {
  /** @returns undefined where all clips are of one class. */
  run(parameters: ParameterValues, batches: AsyncIterable<Batch>): Promise<Alignment | undefined>;
  release(): Promise<void>;
};

const probeBatch = 8;

/** Loads the measuring graph; undefined for a model that does not compare picture and sound. Release it when done. */
export async function openAlignmentProbe(
  backbone: Backbone,
  config: MaAvtConfig,
  openSession: OpenSession,
): Promise<AlignmentProbe | undefined> {
  if (!config.contrastive.startsWith('blockwise') || config.tokens.shared === 0 || config.modalities !== 'both')
    return undefined;
  const layers = [...Array(config.vit.depth).keys()];
  const model: Model = {
    ...maAvt(config),
    answers(inputs, frozen, trained) {
      const { features } = encode(inputs, frozen, trained, config, false);
      const embeddings = layers.flatMap((layer) => {
        const { visual, audio } = contrastiveEmbeddings(features, layer, trained, config);
        return [[`visual.${layer}`, visual] as const, [`audio.${layer}`, audio] as const];
      });
      return Object.fromEntries(embeddings);
    },
  };
  const predictor = await openPredictor({ backbone, model, batchSize: probeBatch, openSession });
  return {
    async run(values, batches) {
      const clips: { label: number; visual: Float32Array[]; audio: Float32Array[] }[] = [];
      for await (const rows of batches) {
        const { images, spectrograms, labels, count } = pairBatch(rows);
        const results = await predictor.run(values, { images, spectrograms }, count);
        for (let clip = 0; clip < count; clip++) {
          const of = (modality: string) =>
            layers.map((layer) => {
              const embeddings = results[`${modality}.${layer}`]!;
              const width = embeddings.length / count;
              return embeddings.subarray(clip * width, (clip + 1) * width);
            });
          clips.push({ label: labels[clip]!, visual: of('visual'), audio: of('audio') });
        }
      }
      const pairs = clips.flatMap((a) => clips.map((b) => [a, b] as const));
      const mean = (chosen: typeof pairs) =>
        layers.map(
          (layer) => chosen.reduce((sum, [a, b]) => sum + cosine(a.visual[layer]!, b.audio[layer]!), 0) / chosen.length,
        );
      const mismatched = pairs.filter(([a, b]) => a.label !== b.label);
      if (mismatched.length === 0) return undefined;
      return { matched: mean(pairs.filter(([a, b]) => a === b)), mismatched: mean(mismatched) };
    },
    release: () => predictor.release(),
  };
}

/** Of unit vectors. */
function cosine(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
