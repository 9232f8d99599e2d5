// Whether a clip can be read, found out with as little decoding as tells.
import { messageOf } from '../errors.ts';
import type { Media, MediaReference } from '../media/media.ts';
import { openReference } from '../media/open-reference-node.ts';
import { wholeClip } from './windows.ts';

export type ClipProbe =
  | {
      readonly hasPicture: boolean;
      /** How long it is. */
      readonly seconds: number;
      /** Undefined without a sound track. */
      readonly isSilent: boolean | undefined;
      /** How many of the asked seconds come after the file's end. */
      readonly secondsPastEnd: number;
    }
  | { readonly broken: string };

/** Reads the middle and the last picture, the sound up to where it begins, and its end. Never throws. */
export async function probeClip(reference: MediaReference): Promise<ClipProbe> {
  try {
    const media = await openReference(reference);
    try {
      const { end } = wholeClip(media);
      if (media.video) await media.readFrames([end / 2, end]);
      const { start = 0, end: asked = start + media.duration } = reference;
      return {
        hasPicture: media.video !== undefined,
        seconds: media.duration,
        isSilent: media.audio && (await isSilent(media, end)),
        secondsPastEnd: Math.max(0, asked - start - media.duration),
      };
    } finally {
      await media.close();
    }
  } catch (error) {
    return { broken: messageOf(error) };
  }
}

const stretchSeconds = 2;
const tailSeconds = 0.5;

async function isSilent(media: Media, end: number): Promise<boolean> {
  const hasSound = async (from: number, to: number) =>
    (await media.readWaveform(from, to)).samples.some((sample) => sample !== 0);
  // A file cut short shows at its end, so that is read in any case.
  if (await hasSound(Math.max(0, end - tailSeconds), end)) return false;
  for (let start = 0; start < end; start += stretchSeconds) {
    if (await hasSound(start, Math.min(start + stretchSeconds, end))) return false;
  }
  return true;
}
