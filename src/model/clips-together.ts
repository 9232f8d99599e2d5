// How many clips pass the blocks together: on CPUs as many as their caches hold the activations of.

/** The same work in smaller portions costs more than the cache gains. */
const fewest = 2;

/**
 * The largest of equal portions of so many clips: as many together as keep a layer's widest activation near `bytes`,
 * but two at least.
 * @param widest bytes of a clip's widest activation.
 */
export function clipsTogether(clips: number, bytes: number, widest: number): number {
  const fitting = Math.min(clips, Math.max(fewest, Math.round(bytes / widest)));
  return Math.ceil(clips / Math.ceil(clips / fitting));
}
