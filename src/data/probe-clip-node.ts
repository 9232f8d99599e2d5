// Whether a clip can be read, found out with as little decoding as tells.
import { stat } from 'node:fs/promises';
import { messageOf } from '../errors.ts';
import { type Media, type MediaReference, referencePaths } from '../media/media.ts';
import { openReference } from '../media/open-reference-node.ts';
import { leadingSilence } from '../signal/leading-silence.ts';
import type { ContainerFacts } from './container-check.ts';
import { missingModality } from './model-inputs.ts';
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
      readonly facts: ContainerFacts;
    }
  | { readonly broken: string };

/** Reads the middle and the last picture, the sound up to where it begins, and its end. Never throws. */
export async function probeClip(reference: MediaReference): Promise<ClipProbe> {
  try {
    const media = await openReference(reference);
    try {
      // Says so in its sentence.
      if (media.undecoded) missingModality(media);
      const { end } = wholeClip(media);
      if (media.video) await media.readFrames([end / 2, end]);
      const { start = 0, end: asked = start + media.duration } = reference;
      return {
        hasPicture: media.video !== undefined,
        seconds: media.duration,
        isSilent: media.audio && (await isSilent(media, end)),
        secondsPastEnd: Math.max(0, asked - start - media.duration),
        facts: await factsOf(media, reference),
      };
    } finally {
      await media.close();
    }
  } catch (error) {
    return { broken: messageOf(error) };
  }
}

/** Longer silence at the beginning counts as so much. */
const longestLead = 2;

/** What is known of a file before anybody looks or listens. */
async function factsOf({ container, duration, ...media }: Media, reference: MediaReference): Promise<ContainerFacts> {
  const { video, audio } = media;
  const sizes = await Promise.all(referencePaths(reference).map(async (path) => (await stat(path)).size));
  const lead = audio && (await media.readWaveform(0, Math.min(longestLead, duration)));
  return {
    numbers: {
      duration,
      'leading silence': lead && leadingSilence(lead.samples, lead.sampleRate),
      'bytes a second': duration > 0 ? sizes.reduce((sum, size) => sum + size, 0) / duration : undefined,
      ...{ width: video?.width, height: video?.height },
      ...{ 'sample rate': audio?.sampleRate, 'channels of sound': audio?.channels },
    },
    words: { container, 'picture codec': video?.codec, 'sound codec': audio?.codec },
  };
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
