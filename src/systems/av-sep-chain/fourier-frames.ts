// The short-time Fourier transform and its inverse as graphs. Frames overlap by half under the root of a periodic Hann
// window, at both ends, so that the inverse of the transform is the sound.
// Shapes: B clips, T samples, S frames of n samples, F = n / 2 + 1 bins.
import { matMul, reshape, slice } from '../../graph/functions.ts';
import { constantLike, type Tensor } from '../../graph/tensor.ts';
import { periodicHann } from '../../signal/hann.ts';
import { overlapAdd, overlappingWindows, padded } from './overlapping-windows.ts';

/** How many frames so many samples, a multiple of half a window, have. */
export function frameCount(samples: number, window: number): number {
  return samples / (window / 2) + 1;
}

/** Sound [B, T] to spectra [B, S, 2F], the real parts before the imaginary ones. */
export function spectra(sound: Tensor, window: number): Tensor {
  const [clips, samples] = sound.shape as [number, number];
  const half = window / 2;
  const blocks = padded(reshape(sound, [clips, samples / half, half]), 1, 1, 1);
  const frames = overlappingWindows(blocks, 1);
  const bins = half + 1;
  const root = periodicHann(window).map(Math.sqrt);
  const table = Array.from({ length: window * 2 * bins }, (_, index) => {
    const sample = Math.floor(index / (2 * bins));
    const column = index % (2 * bins);
    const angle = (2 * Math.PI * ((sample * (column % bins)) % window)) / window;
    return root[sample]! * (column < bins ? Math.cos(angle) : -Math.sin(angle));
  });
  return matMul(frames, constantLike(table, [window, 2 * bins], sound.elementType));
}

/** Spectra [B, S, 2F] to sound [B, T]. */
export function soundOfSpectra(spectra: Tensor, window: number): Tensor {
  const half = window / 2;
  const bins = half + 1;
  const root = periodicHann(window).map(Math.sqrt);
  const table = Array.from({ length: 2 * bins * window }, (_, index) => {
    const sample = index % window;
    const row = Math.floor(index / window);
    const bin = row % bins;
    const angle = (2 * Math.PI * ((sample * bin) % window)) / window;
    const share = (bin === 0 || bin === half ? 1 : 2) / window;
    return share * root[sample]! * (row < bins ? Math.cos(angle) : -Math.sin(angle));
  });
  const blocks = overlapAdd(matMul(spectra, constantLike(table, [2 * bins, window], spectra.elementType)), 1);
  const [clips, count] = blocks.shape as [number, number];
  return reshape(slice(blocks, 1, 1, count - 1), [clips, (count - 2) * half]);
}
