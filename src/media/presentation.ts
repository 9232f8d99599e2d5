// What a player shows and plays of a track: the parts of its media that are presented, and when.

/** A stretch of presentation time, in seconds, and where its media begins on the demuxer's clock. */
export type Segment = { readonly start: number; readonly end: number; readonly mediaStart: number };

/** The demuxer's time of what is shown at `time`: before all segments the first moment, after one its last. */
export function mediaTimeAt(segments: readonly Segment[], time: number): number {
  const { start, end, mediaStart } = segments.findLast((segment) => segment.start <= time) ?? segments[0]!;
  // A segment's end is not part of it.
  const within = Math.max(start, Math.min(time, end - 1e-6));
  // Rounding would find the frame before.
  return Math.abs(mediaStart - start) < 1e-6 ? within : within + (mediaStart - start);
}

/** What of the segments lies between two presentation times. */
export function segmentsBetween(segments: readonly Segment[], from: number, to: number): readonly Segment[] {
  return segments.flatMap(({ start, end, mediaStart }) => {
    const first = Math.max(start, from);
    const last = Math.min(end, to);
    return last > first ? [{ start: first, end: last, mediaStart: mediaStart + first - start }] : [];
  });
}

/**
 * Segments that end with the media, which ends at `mediaEnd` on the demuxer's clock. One that ends less than `slack`
 * seconds before it was meant to reach it.
 */
export function untilMediaEnds(segments: readonly Segment[], mediaEnd: number, slack: number): readonly Segment[] {
  return segments.flatMap((segment) => {
    const there = segment.start + mediaEnd - segment.mediaStart;
    if (there <= segment.start) return [];
    return [{ ...segment, end: there - segment.end < slack ? there : segment.end }];
  });
}
