// How alike picture and sound are after each block, in the space where the contrastive loss draws them together
// (docs/model.md, step 5).
import type { Json } from '../../data/intake.ts';
import type { Model } from '../../model/model.ts';
import type { CurvesShown } from '../../report/shown.ts';
import type { Answered, Diagnosis } from '../system.ts';
import { encode } from './encoder.ts';
import type { MaAvtTarget } from './epoch-plan.ts';
import { contrastiveEmbeddings } from './losses.ts';
import type { MaAvtConfig } from './settings.ts';

/** Mean cosines over clips and over pairs of different classes, for each block. */
export type Alignment = { readonly matched: readonly number[]; readonly mismatched: readonly number[] };

/** Undefined for a model that does not compare picture and sound. @param model of the training. */
export function alignmentProbe(config: MaAvtConfig, model: Model): Diagnosis | undefined {
  if (!config.contrastive.startsWith('blockwise') || config.tokens.shared === 0 || config.modalities !== 'both')
    return undefined;
  const layers = [...Array(config.vit.depth).keys()];
  return {
    model: {
      ...model,
      answers(inputs, frozen, trained) {
        const { features } = encode(inputs, frozen, trained, config, false);
        const embeddings = layers.flatMap((layer) => {
          const { visual, audio } = contrastiveEmbeddings(features, layer, trained, config);
          return [[`visual.${layer}`, visual] as const, [`audio.${layer}`, audio] as const];
        });
        return Object.fromEntries(embeddings);
      },
    },
    title: 'How picture and sound come together',
    note: 'After each block, the shared tokens of picture and sound are compared: 1 is the same direction, 0 unrelated. Training should lift pairs that belong together above those that do not.',
    measure: (answered) => measureAlignment(answered, layers),
    shown: (measured) => alignmentCurves(measured.map(({ epoch, value }) => ({ epoch, ...(value as Alignment) }))),
  };
}

/** @returns undefined where all clips are of one class. */
async function measureAlignment(
  answered: AsyncIterable<Answered>,
  layers: readonly number[],
): Promise<(Json & Alignment) | undefined> {
  const clips: { label: number; visual: Float32Array[]; audio: Float32Array[] }[] = [];
  for await (const { rows, outputs } of answered) {
    for (const [clip, { target }] of rows.entries()) {
      const of = (modality: string) =>
        layers.map((layer) => {
          const embeddings = outputs[`${modality}.${layer}`]!;
          const width = embeddings.length / rows.length;
          return embeddings.subarray(clip * width, (clip + 1) * width);
        });
      clips.push({ label: (target as MaAvtTarget).label, visual: of('visual'), audio: of('audio') });
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
}

/** Matched and mismatched pairs over the epochs, and the newest block by block. */
function alignmentCurves(measured: readonly (Alignment & { readonly epoch: number })[]): CurvesShown[] {
  const newest = measured.at(-1);
  if (!newest) return [];
  const overall = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const kinds = [
    ['of one clip', 'matched'],
    ['of different classes', 'mismatched'],
  ] as const;
  return [
    {
      kind: 'curves',
      title: 'How alike picture and sound are, over training',
      xLabel: 'epoch',
      yLabel: 'cosine',
      series: kinds.map(([name, kind]) => ({
        name,
        points: measured.map((one) => ({ x: one.epoch, y: overall(one[kind]) })),
      })),
    },
    {
      kind: 'curves',
      title: `How alike they are, block by block, ${newest.epoch === 0 ? 'before training' : `after epoch ${newest.epoch}`}`,
      xLabel: 'block',
      yLabel: 'cosine',
      series: kinds.map(([name, kind]) => ({ name, points: newest[kind].map((y, block) => ({ x: block + 1, y })) })),
    },
  ];
}

/** Of unit vectors. */
function cosine(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
