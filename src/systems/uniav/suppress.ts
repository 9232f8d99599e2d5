// Of many proposals of one event, one: non-maximum suppression over time (soft: Bodla et al. 2017), and voting.
import { groupBy } from '../../data/dataset.ts';
import type { Proposal } from './decode.ts';

/** What an overlap with a better proposal does to a score. */
export type Suppression =
  /** Multiplies it with exp(-IoU² / sigma). */
  | { readonly kind: 'gaussian'; readonly sigma: number }
  /** Multiplies it with 1 - IoU where the IoU is at least the threshold. */
  | { readonly kind: 'linear'; readonly threshold: number }
  /** Makes it 0 where the IoU is at least the threshold. */
  | { readonly kind: 'hard'; readonly threshold: number };

export type SuppressionSettings = {
  readonly suppression: Suppression;
  /** Scores below are dropped. */
  readonly leastScore: number;
  /** Segments kept of each class, or of all where classes compete; and of all in the end. */
  readonly most: number;
  /** Whether proposals of different classes suppress each other. */
  readonly classesCompete: boolean;
  /** Where classes compete: least IoU at which a proposal has a vote on the ends of a segment; 0 for no votes. */
  readonly votingIou: number;
};

/** What the release does, by its task's sigma: 0.75 for ActivityNet, 0.4 for the others. */
export function releasedSuppression(sigma: number): SuppressionSettings {
  const suppression = { kind: 'gaussian', sigma } as const;
  return { suppression, leastScore: 0.001, most: 100, classesCompete: false, votingIou: 0.75 };
}

/** The proposals that remain, by descending score. */
export function suppress(proposals: readonly Proposal[], settings: SuppressionSettings): Proposal[] {
  const { classesCompete, votingIou, most } = settings;
  const groups = classesCompete ? [proposals] : groupBy(proposals, ({ label }) => `${label}`).values();
  const remaining = [...groups].flatMap((group) => suppressGroup(group, settings));
  const voted =
    classesCompete && votingIou > 0 ? remaining.map((proposal) => vote(proposal, proposals, votingIou)) : remaining;
  return voted.sort((a, b) => b.score - a.score).slice(0, most);
}

/** Lengths are taken this much longer, so that two points have an IoU as well. */
const lengthEpsilon = 1e-6;

function suppressGroup(
  proposals: readonly Proposal[],
  { suppression, leastScore, most }: SuppressionSettings,
): Proposal[] {
  const pool = [...proposals];
  const scores = pool.map(({ score }) => score);
  const chosen: Proposal[] = [];
  while (pool.length > 0 && chosen.length < most) {
    const best = scores.reduce((leading, score, i) => (score > scores[leading]! ? i : leading), 0);
    const winner = { ...pool[best]!, score: scores[best]! };
    chosen.push(winner);
    let kept = 0;
    for (const [i, proposal] of pool.entries()) {
      if (i === best) continue;
      const score = scores[i]! * factor(overlap(winner, proposal, lengthEpsilon), suppression);
      if (score < leastScore) continue;
      pool[kept] = proposal;
      scores[kept] = score;
      kept++;
    }
    pool.length = kept;
    scores.length = kept;
  }
  return chosen;
}

function factor(iou: number, suppression: Suppression): number {
  if (suppression.kind === 'gaussian') return Math.exp(-(iou * iou) / suppression.sigma);
  if (iou < suppression.threshold) return 1;
  return suppression.kind === 'linear' ? 1 - iou : 0;
}

/** The mean of the segments that overlap enough, weighted by their scores before suppression. */
function vote(winner: Proposal, proposals: readonly Proposal[], leastIou: number): Proposal {
  const voters = proposals.filter((proposal) => overlap(winner, proposal, 0) >= leastIou);
  const total = voters.reduce((sum, { score }) => sum + score, 0);
  const mean = (pick: (proposal: Proposal) => number) =>
    voters.reduce((sum, voter) => sum + voter.score * pick(voter), 0) / total;
  return { ...winner, start: mean(({ start }) => start), end: mean(({ end }) => end) };
}

function overlap(a: Proposal, b: Proposal, epsilon: number): number {
  const shared = Math.max(0, Math.min(a.end, b.end) - Math.max(a.start, b.start));
  return shared / (a.end - a.start + b.end - b.start + 2 * epsilon - shared);
}
