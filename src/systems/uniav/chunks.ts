// Clips longer than the network looks at: chunks that overlap by half, of which each speaks for its middle, so that no
// event is cut where chunks meet.
import type { Proposal } from './decode.ts';

/** First rows of chunks of `length` rows, each half a chunk after the one before, that cover `rows`. */
export function chunkStarts(rows: number, length: number): number[] {
  const count = 1 + Math.max(0, Math.ceil((rows - length) / (length / 2)));
  return Array.from({ length: count }, (_, index) => (index * length) / 2);
}

export type Chunk = {
  readonly start: number;
  readonly length: number;
  readonly isFirst: boolean;
  readonly isLast: boolean;
};

/**
 * Of a chunk's proposals those whose middle lies in its central half, or beyond that on a side where no chunk follows;
 * in rows of the clip. Every moment belongs to exactly one chunk.
 */
export function ownProposals(proposals: readonly Proposal[], { start, length, isFirst, isLast }: Chunk): Proposal[] {
  const from = isFirst ? Number.NEGATIVE_INFINITY : length / 4;
  const to = isLast ? Number.POSITIVE_INFINITY : (3 * length) / 4;
  return proposals
    .filter((proposal) => {
      const middle = (proposal.start + proposal.end) / 2;
      return middle >= from && middle < to;
    })
    .map((proposal) => ({ ...proposal, start: proposal.start + start, end: proposal.end + start }));
}
