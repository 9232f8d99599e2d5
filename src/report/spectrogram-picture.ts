// Spectrograms as people expect them: time to the right, low frequencies at the bottom.
import type { Picture } from '../signal/picture.ts';
import { attentionOverlay, type OverlayOptions, unitRange } from './attention-overlay.ts';
import { type ColourMapName, colourTable } from './colour-map.ts';

/** What the rows and the columns of the values are, in that order; both count upwards from the first. */
export type SpectrogramAxes = 'frequency-time' | 'time-frequency';

export type SpectrogramPictureOptions = {
  /** Colours of the sound itself; 'lagoon' if left out. */
  readonly map?: ColourMapName | undefined;
  /**
   * Attention over the same rows and columns as the values, gridHeight x gridWidth. The sound is then drawn in grey
   * under it.
   */
  readonly attention?:
    | { readonly map: Float32Array; readonly gridHeight: number; readonly gridWidth: number }
    | undefined;
  readonly overlay?: OverlayOptions | undefined;
};

/**
 * `values` is height x width, row by row, in any unit (log magnitudes or standardised): the picture uses their own
 * range.
 */
export function spectrogramPicture(
  values: Float32Array,
  height: number,
  width: number,
  axes: SpectrogramAxes,
  options: SpectrogramPictureOptions = {},
): Picture {
  const upright = toScreen(unitRange(clipQuiet(values)), height, width, axes);
  const base = options.attention === undefined ? coloured(upright, options.map ?? 'lagoon') : grey(upright);
  if (options.attention === undefined) return base;
  const map = toScreen(options.attention.map, options.attention.gridHeight, options.attention.gridWidth, axes);
  return attentionOverlay(base, map.values, map.height, map.width, options.overlay);
}

type Grid = { readonly values: Float32Array; readonly height: number; readonly width: number };

/** Rows become frequency from high to low, columns time. */
function toScreen(values: Float32Array, height: number, width: number, axes: SpectrogramAxes): Grid {
  const [frequencies, times] = axes === 'frequency-time' ? [height, width] : [width, height];
  const [frequencyStep, timeStep] = axes === 'frequency-time' ? [width, 1] : [1, width];
  const screen = new Float32Array(height * width);
  for (let row = 0; row < frequencies; row++) {
    for (let time = 0; time < times; time++) {
      screen[row * times + time] = values[(frequencies - 1 - row) * frequencyStep + time * timeStep] as number;
    }
  }
  return { values: screen, height: frequencies, width: times };
}

/**
 * Digital silence is minus sixteen or so on a log scale and would wash out everything else: the lowest 1 % are raised
 * to the rest.
 */
function clipQuiet(values: Float32Array): Float32Array {
  const finite = values.filter(Number.isFinite).sort();
  const floor = finite[Math.floor(finite.length * 0.01)] ?? 0;
  return values.map((value) => (Number.isFinite(value) ? Math.max(value, floor) : floor));
}

function coloured({ values, height, width }: Grid, map: ColourMapName): Picture {
  const table = colourTable(map);
  const data = new Uint8Array(values.length * 3);
  values.forEach((value, pixel) => {
    const at = 3 * Math.round(255 * value);
    data.set(table.subarray(at, at + 3), 3 * pixel);
  });
  return { width, height, data };
}

function grey({ values, height, width }: Grid): Picture {
  const data = new Uint8Array(values.length * 3);
  values.forEach((value, pixel) => {
    data.fill(Math.round(24 + 200 * value), 3 * pixel, 3 * pixel + 3);
  });
  return { width, height, data };
}
