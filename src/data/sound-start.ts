// Where a clip's sound begins, so that its leading silence can be cut off both streams.
import type { Media } from '../media/media.ts';
import { isSilent, silentFrames } from '../signal/leading-silence.ts';

/** Sound that is looked through at a time. */
const stretchSeconds = 10;

/** Seconds at which the first whole frame after a clip's leading silence begins; 0 for a clip that is silent throughout. */
export async function soundStart(media: Media, framesPerSecond: number): Promise<number> {
  if (!media.audio) return 0;
  const { sampleRate } = media.audio;
  for (let start = 0; start < media.duration; start += stretchSeconds) {
    const end = Math.min(start + stretchSeconds, media.duration);
    const { samples } = await media.readWaveform(start, end);
    if (!isSilent(samples)) return start + silentFrames(samples, sampleRate, framesPerSecond) / framesPerSecond;
  }
  return 0;
}
