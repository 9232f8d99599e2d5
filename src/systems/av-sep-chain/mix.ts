// Two clips' sounds as one mixture whose parts are known. Clips are mono here; levels and cuts follow stated rules:
// a cut is drawn where the clip sounds, a clip that is shorter stands in silence, and mixtures have one level, beyond
// which nothing is clipped.
import type { Random } from '../../random.ts';
import { resample } from '../../signal/resample.ts';

/** A cut may be this much quieter than the clip's loudest one, in decibels. */
const quietestCut = 20;
/** Cuts start at multiples of this part of their length. */
const stepsPerCut = 8;
/** Root mean square of every mixture. */
export const mixtureLevel = 0.1;

/** `length` samples of a clip, drawn among those cuts that sound; a shorter clip stands at a drawn place in silence. */
export function soundingCut(samples: Float32Array, length: number, random: Random): Float32Array {
  return cutFrom(samples, soundingStart(samples, length, random), length);
}

/** Where such a cut starts; below 0 for a clip that is shorter. */
export function soundingStart(samples: Float32Array, length: number, random: Random): number {
  if (samples.length <= length) return -random.integer(length - samples.length + 1);
  const step = Math.max(1, Math.floor(length / stepsPerCut));
  const starts = Array.from({ length: Math.floor((samples.length - length) / step) + 1 }, (_, index) => index * step);
  const blocks = starts.length + stepsPerCut - 1;
  const loudness = Array.from({ length: blocks }, (_, block) => energy(samples, block * step, (block + 1) * step));
  const energies = starts.map((_, first) => sum(loudness.slice(first, first + stepsPerCut)));
  const least = energies.reduce((a, b) => Math.max(a, b)) / 10 ** (quietestCut / 10);
  const sounding = starts.filter((_, index) => energies[index]! >= least);
  return sounding[random.integer(sounding.length)]!;
}

/** `length` samples from `start` on, silence where there are none. */
export function cutFrom(samples: Float32Array, start: number, length: number): Float32Array {
  const cut = new Float32Array(length);
  cut.set(samples.subarray(Math.max(0, start), Math.max(0, start + length)), Math.max(0, -start));
  return cut;
}

export type Mixture = {
  readonly mixture: Float32Array;
  /** As loud as it is in the mixture. */
  readonly target: Float32Array;
};

/**
 * Mixes sounds of one length.
 * @param target undefined: what is in view is silent, and the mixture is the interferer.
 * @param ratio how much louder the target is than the interferer, in decibels. A silent one leaves the other as it is.
 */
export function mixSounds(target: Float32Array | undefined, interferer: Float32Array, ratio: number): Mixture {
  const wanted = target ?? new Float32Array(interferer.length);
  const [ofTarget, ofInterferer] = [energy(wanted), energy(interferer)];
  const scale = ofTarget > 0 && ofInterferer > 0 ? Math.sqrt(ofTarget / ofInterferer) * 10 ** (-ratio / 20) : 1;
  const mixture = new Float32Array(wanted.length);
  for (let i = 0; i < mixture.length; i++) mixture[i] = wanted[i]! + scale * interferer[i]!;
  const level = Math.sqrt(energy(mixture) / mixture.length);
  const gain = level > 0 ? mixtureLevel / level : 1;
  return { mixture: times(mixture, gain), target: times(wanted, gain) };
}

function times(samples: Float32Array, gain: number): Float32Array {
  const scaled = new Float32Array(samples.length);
  for (let i = 0; i < samples.length; i++) scaled[i] = gain * samples[i]!;
  return scaled;
}

/** Rates at which a sound is played; each has a small resampling table. */
const speeds = [0.8, 0.85, 0.9, 0.95, 1, 1.05, 1.1, 1.15, 1.2];
const strongestTilt = 0.6;

/** A sounding cut, played a little faster or slower, its treble raised or lowered. */
export function variedCut(samples: Float32Array, sampleRate: number, length: number, random: Random): Float32Array {
  const speed = speeds[random.integer(speeds.length)]!;
  const tilt = strongestTilt * (2 * random.uniform() - 1);
  const cut = soundingCut(samples, Math.ceil(length * speed), random);
  const played = resample({ samples: cut, sampleRate: Math.round(sampleRate * speed) }, sampleRate).samples;
  const varied = new Float32Array(length);
  for (let i = 0; i < length; i++) varied[i] = (played[i] ?? 0) - tilt * (played[i - 1] ?? 0);
  return varied;
}

function energy(samples: Float32Array, start = 0, end = samples.length): number {
  let total = 0;
  for (let i = start; i < end; i++) total += samples[i]! * samples[i]!;
  return total;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
