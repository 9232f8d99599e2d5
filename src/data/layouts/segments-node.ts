// Stretches of longer videos with a label each, whatever file says so.
import { ofClass } from '../annotation.ts';
import type { IgnoredFile, MissingClip, Split, UnsplitExample } from '../dataset.ts';
import { withDistinctIds } from './annotation-files-node.ts';
import type { FoundClip } from './find-media-node.ts';
import type { LayoutContent } from './layout.ts';

/** Seconds of a video that show one event. */
export type Segment = {
  readonly video: string;
  readonly start: number;
  readonly end: number;
  readonly label: string;
  readonly split: Split | undefined;
};

/** A segment's files, and whether they hold the whole video or only the segment; a string says why there are none. */
export type FindSegment = (segment: Segment) => { readonly clip: FoundClip; readonly isWhole: boolean } | string;

/**
 * Segments of one video are a group, so that a drawn split never divides it. Those of no length are ignored, as
 * published lists have some.
 */
export function segmentExamples(
  segments: readonly Segment[],
  alreadyIgnored: readonly IgnoredFile[],
  find: FindSegment,
): LayoutContent {
  const examples: UnsplitExample[] = [];
  const missing: MissingClip[] = [];
  const ignored = [...alreadyIgnored];
  for (const segment of segments) {
    const { video, start, end, label } = segment;
    if (!(start >= 0 && end > start)) {
      ignored.push({ path: `${video}#${start}-${end}`, reason: 'has no length' });
      continue;
    }
    const split = segment.split && { split: segment.split };
    const found = find(segment);
    if (typeof found === 'string') {
      missing.push({ id: `${video}#${start}-${end}`, label, ...split, reason: found });
      continue;
    }
    const { clip, isWhole } = found;
    const id = isWhole ? `${clip.id}#${start}-${end}` : clip.id;
    const media = isWhole ? { ...clip.media, start, end } : clip.media;
    examples.push({ id, annotations: ofClass(label), media, group: video, ...split });
  }
  return { examples: withDistinctIds(examples), ignored, missing };
}

/** How tools name a segment that they cut out: id and start, in seconds or milliseconds, with or without the end. */
export function namesOfCut({ video, start, end }: Pick<Segment, 'video' | 'start' | 'end'>): string[] {
  const seconds = [`${start}`, String(Math.floor(start)).padStart(6, '0'), start.toFixed(1), start.toFixed(3)];
  const ends = [`${end}`, String(Math.floor(end)).padStart(6, '0'), end.toFixed(1), end.toFixed(3)];
  const times = [...seconds, `${Math.round(start * 1000)}`];
  const ranges = seconds.map((text, index) => `${text}_${ends[index]}`);
  return [...times, ...ranges, `${Math.round(start * 1000)}_${Math.round(end * 1000)}`].map(
    (text) => `${video}_${text}`,
  );
}
