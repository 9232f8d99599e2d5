// Linear heads are trained on features of mean zero and deviation one, and then given weights that do the same to the
// features as they are: raw features differ so much in scale that gradient descent on them takes very long.

import { type Modality, modalities, modalitiesOf } from './modalities.ts';
import type { ClipFeatures } from './pairs.ts';
import type { MaAvtConfig } from './settings.ts';

const linearParts = { class_head: 'cls', background_head: 'background' } as const;
type LinearPart = (typeof linearParts)[keyof typeof linearParts];

/** By feature: its mean, and one over its deviation. */
type Scale = { readonly mean: Float64Array; readonly factor: Float64Array };
export type FeatureScales = Readonly<Record<Modality, Readonly<Record<LinearPart, Scale>>>>;

const least = 1e-6;

export function featureScales(clips: readonly ClipFeatures[]): FeatureScales {
  const of = (modality: Modality) => {
    const rows = (part: LinearPart) => clips.flatMap((clip) => clip[modality].features[`${modality}.${part}`] ?? []);
    return { cls: scaleOf(rows('cls')), background: scaleOf(rows('background')) };
  };
  return { visual: of('visual'), audio: of('audio') };
}

/** The clips with the features of linear heads at mean zero and deviation one. */
export function standardised(clips: readonly ClipFeatures[], scales: FeatureScales): ClipFeatures[] {
  return clips.map((clip) => {
    const of = (modality: Modality) => {
      const { label, features } = clip[modality];
      const scaled = Object.values(linearParts).flatMap((part) => {
        const values = features[`${modality}.${part}`];
        const { mean, factor } = scales[modality][part];
        const change = (value: number, feature: number) => (value - mean[feature]!) * factor[feature]!;
        return values ? [[`${modality}.${part}`, values.map(change)] as const] : [];
      });
      return { label, features: { ...features, ...Object.fromEntries(scaled) } };
    };
    return { visual: of('visual'), audio: of('audio') };
  });
}

/**
 * Changes linear heads that read standardised features so that they give the same logits for the features as they are,
 * in place.
 */
export function unstandardiseHeads(
  parameters: ReadonlyMap<string, Float32Array>,
  scales: FeatureScales,
  config: MaAvtConfig,
): void {
  for (const [head, part] of Object.entries(linearParts)) {
    const [weight, bias] = [parameters.get(`${head}.weight`), parameters.get(`${head}.bias`)];
    if (!weight || !bias) continue;
    const taken = modalities
      .filter((modality) => modalitiesOf(config).includes(modality))
      .map((modality) => scales[modality][part]);
    const mean = taken.flatMap((scale) => [...scale.mean]);
    const factor = taken.flatMap((scale) => [...scale.factor]);
    for (let output = 0; output < bias.length; output++)
      for (let feature = 0; feature < mean.length; feature++) {
        const at = output * mean.length + feature;
        weight[at]! *= factor[feature]!;
        bias[output]! -= weight[at]! * mean[feature]!;
      }
  }
}

function scaleOf(rows: readonly Float32Array[]): Scale {
  const width = rows[0]?.length ?? 0;
  const mean = new Float64Array(width);
  const square = new Float64Array(width);
  for (const row of rows)
    for (let feature = 0; feature < width; feature++) mean[feature]! += row[feature]! / rows.length;
  for (const row of rows)
    for (let feature = 0; feature < width; feature++) square[feature]! += (row[feature]! - mean[feature]!) ** 2;
  return { mean, factor: square.map((sum) => 1 / Math.max(least, Math.sqrt(sum / rows.length))) };
}
