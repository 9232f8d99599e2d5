// What separated sound is worth.
// Shapes: B clips, T samples, n chunks, M the embedding's width.
import { add, divide, l2Normalise, log, mean, multiply, reshape, subtract, sum } from '../../graph/functions.ts';
import type { Tensor } from '../../graph/tensor.ts';
import { infoNce } from '../../model/losses.ts';
import type { FilterbankConfig } from './filterbank-config.ts';

const epsilon = 1e-8;

/**
 * Scale-invariant ratio of signal to distortion in decibels (Le Roux et al. 2019), means removed first: [B].
 * @param estimate [B, T].
 * @param target [B, T].
 */
export function siSdr(estimate: Tensor, target: Tensor): Tensor {
  const y = subtract(estimate, mean(estimate, [1], true));
  const s = subtract(target, mean(target, [1], true));
  const energy = (x: Tensor) => sum(multiply(x, x), [1]);
  const scale = divide(sum(multiply(y, s), [1], true), add(sum(multiply(s, s), [1], true), epsilon));
  const wanted = multiply(scale, s);
  const ratio = divide(energy(wanted), add(energy(subtract(y, wanted)), epsilon));
  return multiply(log(add(ratio, epsilon)), 10 / Math.LN10);
}

/**
 * Symmetric InfoNCE between the clips' mean units, or between the units of all chunks.
 * @param pseudoPhonemes [B, n, M].
 * @param pseudoVisemes [B, n, M].
 * @param frames for each chunk the frame of the picture that it goes with.
 */
export function matchingLoss(
  pseudoPhonemes: Tensor,
  pseudoVisemes: Tensor,
  frames: readonly number[],
  { matchLevel, temperature }: Pick<FilterbankConfig, 'matchLevel' | 'temperature'>,
): Tensor {
  const [clips, chunks, width] = pseudoPhonemes.shape as [number, number, number];
  if (matchLevel === 'clip') {
    const whole = (units: Tensor) => l2Normalise(mean(units, [1]));
    return infoNce(whole(pseudoPhonemes), whole(pseudoVisemes), temperature);
  }
  const each = (units: Tensor) => l2Normalise(reshape(units, [clips * chunks, width]));
  // A clip's neighbouring frames look and sound nearly the same.
  const isNeighbour = (row: number, column: number) =>
    row !== column &&
    Math.floor(row / chunks) === Math.floor(column / chunks) &&
    Math.abs(frames[row % chunks]! - frames[column % chunks]!) <= 1;
  return infoNce(each(pseudoPhonemes), each(pseudoVisemes), temperature, undefined, isNeighbour);
}
