// Complementary masks over slices of time: where the picture is seen the sound is not, and the reverse.
import type { Random } from '../../random.ts';

/** Ones for the slices in which the picture is seen, half of them (the smaller half of an odd number); zeros elsewhere. */
export function drawVisible(random: Random, slices: number): Float32Array {
  const visible = new Float32Array(slices);
  for (const slice of random.shuffle([...visible.keys()]).slice(0, Math.floor(slices / 2))) visible[slice] = 1;
  return visible;
}

/** A value for each of `moments`: that of the slice it lies in. */
export function overMoments(slices: Float32Array, moments: number): Float32Array {
  return Float32Array.from({ length: moments }, (_, moment) => slices[Math.floor((moment * slices.length) / moments)]!);
}
