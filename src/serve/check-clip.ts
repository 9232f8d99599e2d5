// Whether a clip is one that a request may ask about, by what its file says before any frame is read.
import type { MediaDescription } from '../data/media-orders.ts';
import type { Limits } from './limits.ts';
import { problem } from './problem.ts';

/** @throws a problem for a clip that is too long, or whose frames are too large. */
export function checkClip({ duration, video }: MediaDescription, { clipSeconds, pixels }: Limits): void {
  if (!(duration <= clipSeconds))
    throw problem(422, `The clip lasts ${Math.round(duration)} seconds, and ${clipSeconds} is the most here; cut it.`);
  if (video && !(video.width * video.height <= pixels))
    throw problem(
      422,
      `The clip's frames have ${video.width} x ${video.height} pixels, and ${pixels} is the most here; scale them down.`,
    );
}
