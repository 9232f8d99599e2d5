// Building blocks of the synthesised sounds. All add to a buffer of samples at `sampleRate`.
import type { Random } from '../../random.ts';

/** Hertz: one of Opus's own rates, and more than the 16 kHz that the spectrograms look at. */
export const sampleRate = 24_000;

/** One way a struck body can vibrate: hertz, seconds until it has fallen to 1/e, and its share. */
export type Mode = { readonly frequency: number; readonly decay: number; readonly amplitude: number };

/** Modal synthesis: a sum of dying sines that all start at `time`. */
export function addModes(samples: Float32Array, time: number, modes: readonly Mode[]): void {
  const first = Math.round(time * sampleRate);
  for (const { frequency, decay, amplitude } of modes) {
    if (frequency > 0.45 * sampleRate) continue;
    // A two-term recurrence draws the dying sine without calling sine for each sample.
    const shrink = Math.exp(-1 / (decay * sampleRate));
    const angle = (2 * Math.PI * frequency) / sampleRate;
    const feedback = 2 * shrink * Math.cos(angle);
    let before = 0;
    let current = amplitude * shrink * Math.sin(angle);
    const last = Math.min(samples.length, first + Math.ceil(7 * decay * sampleRate));
    for (let index = first; index < last; index++) {
      samples[index]! += before;
      const next = feedback * current - shrink * shrink * before;
      before = current;
      current = next;
    }
  }
}

/** A burst of noise that dies within a few times `decay` seconds; `dullness` 0 (white) to 1. */
export function addBurst(
  samples: Float32Array,
  time: number,
  decay: number,
  amplitude: number,
  dullness: number,
  random: Random,
): void {
  const first = Math.round(time * sampleRate);
  const length = Math.ceil(6 * decay * sampleRate);
  let smooth = 0;
  for (let offset = 0; offset < length && first + offset < samples.length; offset++) {
    smooth += (1 - dullness) * (2 * random.uniform() - 1 - smooth);
    samples[first + offset]! += amplitude * Math.exp(-offset / (decay * sampleRate)) * smooth;
  }
}

/**
 * A resonator whose centre may move: call it once per sample.
 * (State-variable filter in the topology-preserving form of Zavalishin, band-pass output, unit gain at the centre.)
 */
export function createResonator(): (input: number, frequency: number, quality: number) => number {
  let first = 0;
  let second = 0;
  return (input, frequency, quality) => {
    const warped = Math.tan((Math.PI * Math.min(frequency, 0.45 * sampleRate)) / sampleRate);
    const damping = 1 / quality;
    const scale = 1 / (1 + warped * (warped + damping));
    const difference = input - second;
    const band = scale * (first + warped * difference);
    const low = second + warped * band;
    first = 2 * band - first;
    second = 2 * low - second;
    return damping * band;
  };
}
