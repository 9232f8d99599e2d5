// What the light detector keeps of a clip: small grey frames and the loudness of broad bands. Both are raw enough that
// tampering with the clip can be acted out on them.
import { bandEnergies } from '../../../signal/band-energies.ts';
import { greyThumbnail } from '../../../signal/grey-thumbnail.ts';
import type { Picture } from '../../../signal/picture.ts';

export const framesPerSecond = 25;
/** Height and width of a kept frame: 4 x 4 pixels in each cell of the grid. */
export const frameSize = 28;
/** Steps of sound in the time of a frame. */
export const stepsPerFrame = 2;
export const bands = 8;

const sampleRate = 16_000;
const hop = sampleRate / framesPerSecond / stepsPerFrame;
const bandSettings = {
  ...{ sampleRate, hop, fftSize: 1024, melBins: bands },
  ...{ lowestFrequency: 60, highestFrequency: 7600 },
};
/** Hertz that the bands cover. */
export const bandFrequencies = {
  kind: 'mel',
  low: bandSettings.lowestFrequency,
  high: bandSettings.highestFrequency,
} as const;

/** Picture and sound of a clip, beginning together. */
export type Streams = {
  /** F x 28 x 28 grey values, 0 to 255. */
  readonly frames: Uint8Array;
  /** 2 F x 8 energies; step k lies at the beginning of frame k / 2. */
  readonly energies: Float32Array;
};

export function frameCount({ frames }: Pick<Streams, 'frames'>): number {
  return frames.length / frameSize ** 2;
}

/** Times in seconds at which the frames of a clip are read: the middle of each 25th of a second. */
export function frameTimes(duration: number): number[] {
  const count = Math.floor(duration * framesPerSecond + 1e-6);
  return Array.from({ length: count }, (_, frame) => (frame + 0.5) / framesPerSecond);
}

/** Samples, at 16 kHz from the clip's beginning, that so many frames need. */
export function samplesFor(frames: number): { readonly count: number; readonly sampleRate: number } {
  return { count: (frames / framesPerSecond) * sampleRate, sampleRate };
}

/** A frame as it is kept. */
export function keptFrame(picture: Picture): Uint8Array {
  return greyThumbnail(picture, frameSize);
}

/** @param samples at 16 kHz, mono. */
export function keptEnergies(samples: Float32Array, frames: number): Float32Array {
  return Float32Array.from(bandEnergies(samples, frames * stepsPerFrame, bandSettings).values);
}

/** The frames from `start` up to, not including, `end`, with their sound. */
export function stretch({ frames, energies }: Streams, start: number, end: number): Streams {
  const [frame, step] = [frameSize ** 2, stepsPerFrame * bands];
  return { frames: frames.subarray(start * frame, end * frame), energies: energies.subarray(start * step, end * step) };
}
