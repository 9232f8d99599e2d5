// How alike picture and sound are after each block, in the space where the contrastive loss draws them together
// (docs/model.md, step 5).
import type { Batch } from '../../../src/data/batch.ts';
import { input } from '../../../src/graph/tensor.ts';
import { asked, pad } from '../../../src/infer/predictor.ts';
import { frozenWeights } from '../../../src/model/frozen-weights.ts';
import type { OpenSession } from '../../../src/runtime/session.ts';
import { encode } from '../../../src/systems/ma-avt/encoder.ts';
import { contrastiveEmbeddings } from '../../../src/systems/ma-avt/model.ts';
import { pairBatch } from '../../../src/systems/ma-avt/pair-batch.ts';
import { type MaAvtConfig, trainableParameters } from '../../../src/systems/ma-avt/settings.ts';
import type { Backbone } from '../../../src/weights/backbone.ts';
import type { Alignment } from '../storage/database.ts';

export type AlignmentProbe = {
  /** Mean cosines over clips and over pairs of different classes, for each block. */
  run(
    parameters: ReadonlyMap<string, Float32Array>,
    batches: AsyncIterable<Batch>,
  ): Promise<Omit<Alignment, 'epoch'> | undefined>;
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
  const parameters = new Map([...trainableParameters(config)].map(([name, { shape }]) => [name, input(name, shape)]));
  const trainable = (name: string) => parameters.get(name)!;
  const images = input('images', [probeBatch, 3, ...backbone.config.inputSize]);
  const spectrograms = input('spectrograms', [probeBatch, 1, ...backbone.config.inputSize]);
  const positions = backbone.weights.get('pos_embed')!.data;
  const { shared } = encode(images, spectrograms, positions, frozenWeights(backbone.weights), trainable, config);
  const outputs = shared.flatMap(({ visual, audio }, layer) => {
    const embeddings = contrastiveEmbeddings({ visual: visual!, audio: audio! }, layer, trainable, config);
    return [[`visual.${layer}`, embeddings.visual] as const, [`audio.${layer}`, embeddings.audio] as const];
  });
  const session = await openSession(Object.fromEntries(outputs));
  const pictureLength = 3 * backbone.config.inputSize[0] * backbone.config.inputSize[1];
  return {
    async run(values, batches) {
      const clips: { label: number; visual: Float32Array[]; audio: Float32Array[] }[] = [];
      for await (const rowsOf of batches) {
        const batch = pairBatch(rowsOf);
        for (let start = 0; start < batch.count; start += probeBatch) {
          const rows = (all: Float32Array, length: number) =>
            pad(all.subarray(start * length, (start + probeBatch) * length), probeBatch * length);
          const inputs = {
            images: rows(batch.images, pictureLength),
            spectrograms: rows(batch.spectrograms, pictureLength / 3),
          };
          const results = await session.run(asked(session, { ...inputs, ...Object.fromEntries(values) }));
          for (let clip = 0; clip < Math.min(probeBatch, batch.count - start); clip++) {
            const of = (modality: string) =>
              shared.map((_, layer) => {
                const embeddings = results[`${modality}.${layer}`]!;
                const width = embeddings.length / probeBatch;
                return embeddings.slice(clip * width, (clip + 1) * width);
              });
            clips.push({ label: batch.labels[start + clip]!, visual: of('visual'), audio: of('audio') });
          }
        }
      }
      const pairs = clips.flatMap((a) => clips.map((b) => [a, b] as const));
      const mean = (chosen: typeof pairs) =>
        shared.map(
          (_, layer) =>
            chosen.reduce((sum, [a, b]) => sum + cosine(a.visual[layer]!, b.audio[layer]!), 0) / chosen.length,
        );
      const mismatched = pairs.filter(([a, b]) => a.label !== b.label);
      if (mismatched.length === 0) return undefined;
      return { matched: mean(pairs.filter(([a, b]) => a === b)), mismatched: mean(mismatched) };
    },
    release: () => session.release(),
  };
}

/** Of unit vectors. */
function cosine(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
