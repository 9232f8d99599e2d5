// The stretches of 3 s that are judged one by one, so that an answer can say when.
import { framesPerSecond } from './reading.ts';

/** From one stretch to the next. */
export const hopSeconds = 0.5;

/** Moments of a stretch: the shortest time that is judged at all. */
export const stretchMoments = 3 * framesPerSecond - 1;

/** The first moment of each stretch within so many moments; none where there are too few. */
export function stretchStarts(moments: number): number[] {
  const count = Math.floor((moments - stretchMoments) / (hopSeconds * framesPerSecond)) + 1;
  return Array.from({ length: Math.max(0, count) }, (_, k) => Math.floor(k * hopSeconds * framesPerSecond));
}
