// Attention maps over pictures: a coarse grid of patches drawn as a smooth, see-through layer of colour.
import type { Picture } from '../signal/picture.ts';
import { smoothResize } from '../signal/smooth-resize.ts';
import { type ColourMapName, colourTable } from './colour-map.ts';

export type OverlayOptions = {
  /** 'ember' if left out. */
  readonly map?: ColourMapName | undefined;
  /** How much of the colour covers the picture where attention peaks, 0 ... 1; 0.75 if left out. */
  readonly opacity?: number | undefined;
};

/**
 * `picture` under a smooth colouring of `map` (gridHeight x gridWidth, row by row, covering the whole picture). The map
 * is stretched to its own range, so any scale will do; a map without a peak leaves the picture as it is. Values that
 * are not finite count as least. The highest 3 % of the cells share the strongest colour: vision transformers have a
 * few patches, often in the corners, that draw attention whatever is in them (Darcet et al. 2024, "Vision transformers
 * need registers"), and they would hide all else.
 */
export function attentionOverlay(
  picture: Picture,
  map: Float32Array,
  gridHeight: number,
  gridWidth: number,
  options: OverlayOptions = {},
): Picture {
  const { width, height, data } = picture;
  const colours = colourTable(options.map ?? 'ember');
  const opacity = options.opacity ?? 0.75;
  const strength = unitRange(smoothResize(levelled(map), gridHeight, gridWidth, height, width));
  const blended = new Uint8Array(width * height * 3);
  for (let pixel = 0; pixel < width * height; pixel++) {
    const value = strength[pixel] as number;
    const colour = 3 * Math.round(255 * value);
    const cover = opacity * value;
    for (let channel = 0; channel < 3; channel++) {
      const under = data[3 * pixel + channel] as number;
      blended[3 * pixel + channel] = Math.round(under + cover * ((colours[colour + channel] as number) - under));
    }
  }
  return { width, height, data: blended };
}

function levelled(map: Float32Array): Float32Array {
  const sorted = map.filter(Number.isFinite).sort();
  const ceiling = sorted[Math.floor(0.97 * (sorted.length - 1))];
  // A map with one peak and nothing else is all peak.
  if (ceiling === undefined || ceiling === sorted[0]) return map;
  return map.map((value) => Math.min(value, ceiling));
}

/** The middle of the cell with the greatest value, in pixels of a picture of the given size. The first of equals. */
export function attentionPeak(
  map: Float32Array,
  gridHeight: number,
  gridWidth: number,
  height: number,
  width: number,
): { readonly x: number; readonly y: number } {
  let best = 0;
  for (let cell = 1; cell < gridHeight * gridWidth; cell++)
    if ((map[cell] as number) > (map[best] as number)) best = cell;
  const row = Math.floor(best / gridWidth);
  return { x: (((best % gridWidth) + 0.5) * width) / gridWidth, y: ((row + 0.5) * height) / gridHeight };
}

/** Values moved to 0 ... 1 by their own range; all zero where they do not differ. */
export function unitRange(values: Float32Array): Float32Array {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  const range = high - low;
  // Float32 rounding of a constant grid must not be blown up to a pattern.
  if (!(range > 1e-6 * Math.max(Math.abs(low), Math.abs(high)))) return new Float32Array(values.length);
  return values.map((value) => (Number.isFinite(value) ? (value - low) / range : 0));
}
