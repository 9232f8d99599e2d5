// What AVFF's encoders take of 3.2 seconds of a clip: frames of one square, and a log mel spectrogram as fine as
// AudioMAE's, both cut into patches.
import { crop } from '../../signal/crop.ts';
import { flipHorizontally } from '../../signal/flip.ts';
import { kaldiFilterBankAt } from '../../signal/kaldi-filter-bank.ts';
import { normalisePicture } from '../../signal/normalise-picture.ts';
import { patches } from '../../signal/patches.ts';
import type { Picture } from '../../signal/picture.ts';
import { resize } from '../../signal/resize.ts';
import type { AvffNetwork } from './network.ts';

export const framesPerSecond = 5;
export const sampleRate = 16_000;

/** Seconds that the network sees and hears. */
export function secondsOf({ video }: AvffNetwork): number {
  return video.frames / framesPerSecond;
}

/** Times in seconds of the frames of a window that starts at `start`: the middle of each fifth of a second. */
export function frameTimes({ video }: AvffNetwork, start: number): number[] {
  return Array.from({ length: video.frames }, (_, frame) => start + (frame + 0.5) / framesPerSecond);
}

/** The centre square of a frame as the network takes it. One box for all frames of a clip: no motion of its own. */
export function squareFrame(picture: Picture, { video }: AvffNetwork): Picture {
  const side = Math.min(picture.width, picture.height);
  const box = { x: (picture.width - side) >> 1, y: (picture.height - side) >> 1, width: side, height: side };
  return resize(crop(picture, box), video.imageSize, video.imageSize, 'bilinear');
}

/** What is done to all frames of a clip alike. */
export type PictureChange = { readonly flipped: boolean; readonly grey: boolean };

/**
 * Frames of the network's size to patches [N, P], values 0 to 1, in order of time, row, column; colour, time, row and
 * column inside a patch.
 */
export function videoPatches(
  frames: readonly Picture[],
  { video }: AvffNetwork,
  { flipped, grey }: PictureChange = { flipped: false, grey: false },
): Float32Array {
  const area = video.imageSize ** 2;
  const clip = new Float32Array(3 * frames.length * area);
  for (const [time, frame] of frames.entries()) {
    const planes = normalisePicture(flipped ? flipHorizontally(frame) : frame, [0, 0, 0], [1, 1, 1]);
    for (let colour = 0; colour < 3; colour++)
      clip.set(planes.subarray(colour * area, (colour + 1) * area), (colour * frames.length + time) * area);
  }
  if (grey) turnGrey(clip);
  return patches(clip, [3, frames.length, video.imageSize, video.imageSize], video.patch);
}

/** Luma (ITU-R BT.601) in all three colours. */
function turnGrey(clip: Float32Array): void {
  const third = clip.length / 3;
  for (let place = 0; place < third; place++) {
    const luma = 0.299 * clip[place]! + 0.587 * clip[third + place]! + 0.114 * clip[2 * third + place]!;
    for (let colour = 0; colour < 3; colour++) clip[colour * third + place] = luma;
  }
}

/** AudioMAE's mean and deviation of log energies. */
const [meanEnergy, deviation] = [-4.2677393, 4.5689974];

/**
 * The sound of a window, 16 kHz, to patches [N, P] of its log mel spectrogram, in order of time and mel. Frames lie
 * evenly over the window, so that slices of sound and picture are the same time; with `exactHop` they follow each other
 * at 4 ms, as those that published weights have seen, and fall short of the window's end.
 */
export function audioPatches(samples: Float32Array, network: AvffNetwork, exactHop = false): Float32Array {
  const { frames, melBins, patch } = network.audio;
  const frameLength = 0.016 * sampleRate;
  const step = exactHop ? 0.004 * sampleRate : (secondsOf(network) * sampleRate) / frames;
  const starts = Array.from({ length: frames }, (_, frame) =>
    exactHop ? frame * step : Math.round((frame + 0.5) * step - frameLength / 2),
  );
  const { values } = kaldiFilterBankAt(samples, starts, {
    ...{ sampleRate, frameLength, melBins, preEmphasis: 0.97, floor: 2 ** -23 },
    // Longer than a frame: in a transform of 256 points some filters would hold no bin.
    ...{ fftSize: 1024, lowestFrequency: 20, highestFrequency: sampleRate / 2 },
  });
  const normalised = Float32Array.from(values, (value) => (value - meanEnergy) / (2 * deviation));
  return patches(normalised, [1, frames, melBins], patch);
}
