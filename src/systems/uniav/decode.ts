// From the network's answers at every point to scored segments in steps.
import { type NetworkConfig, strideOf } from './config.ts';

/** A segment that one point proposes, in steps. */
export type Proposal = { readonly start: number; readonly end: number; readonly label: number; readonly score: number };

/** A clip's outputs at all points, level after level. */
export type PointAnswers = {
  /** [points, K] */
  readonly logits: Float32Array;
  /** [points, 2], or [points, K, 2] if class-aware. */
  readonly offsets: Float32Array;
  /** [steps], 1 where the clip has a row. */
  readonly mask: Float32Array;
  readonly classes: number;
};

export type DecodingSettings = {
  /** Least score of a proposal, not included. */
  readonly leastScore: number;
  /** Proposals kept of each level. */
  readonly mostPerLevel: number;
  /** Least length of a proposal in steps, not included. */
  readonly leastLength: number;
};

export const releasedDecoding: DecodingSettings = { leastScore: 0.001, mostPerLevel: 2000, leastLength: 0.05 };

/** All proposals of a clip that are likely and long enough, of each level the best. */
export function decode(
  { logits, offsets, mask, classes }: PointAnswers,
  { ranges }: Pick<NetworkConfig, 'ranges'>,
  { leastScore, mostPerLevel, leastLength }: DecodingSettings = releasedDecoding,
): Proposal[] {
  const isClassAware = offsets.length === 2 * logits.length;
  const proposals: Proposal[] = [];
  let point = 0;
  for (const level of ranges.keys()) {
    const stride = strideOf(level);
    const likely: { readonly score: number; readonly time: number; readonly index: number }[] = [];
    for (let time = 0; time < mask.length; time += stride, point++) {
      if (mask[time] === 0) continue;
      for (let index = point * classes; index < (point + 1) * classes; index++) {
        const score = 1 / (1 + Math.exp(-logits[index]!));
        if (score > leastScore) likely.push({ score, time, index });
      }
    }
    const best = likely.sort((a, b) => b.score - a.score).slice(0, mostPerLevel);
    for (const { score, time, index } of best) {
      const place = 2 * (isClassAware ? index : Math.floor(index / classes));
      const [start, end] = [time - offsets[place]! * stride, time + offsets[place + 1]! * stride];
      if (end - start > leastLength) proposals.push({ start, end, label: index % classes, score });
    }
  }
  return proposals;
}
