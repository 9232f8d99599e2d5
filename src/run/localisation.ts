// How well a map over patches shows where something is, where its true box is known. Measures and threshold are those
// of sound-source localisation (Senocak et al. 2018, "Learning to localize sound source in visual scenes").
import type { Box } from '../signal/box.ts';
import { smoothResize } from '../signal/smooth-resize.ts';

/** A map over the picture, row by row; the scale of its values does not matter. */
export type PatchMap = { readonly values: Float32Array; readonly rows: number; readonly columns: number };

/** Where a map says that something is, in fractions of the picture. */
export type Place = {
  readonly peak: { readonly x: number; readonly y: number };
  /** Points of a grid, row by row: 1 where the smoothed map is above half of its range. */
  readonly region: { readonly cells: Uint8Array; readonly rows: number; readonly columns: number };
};

export type ClipLocalisation = {
  /** From the region's centre of mass to the box's middle, as a share of the picture's diagonal. */
  readonly centreError: number;
  /** Intersection over union of region and box. */
  readonly iou: number;
  readonly peakInBox: boolean;
};

export type LocalisationScore = {
  readonly clips: number;
  /** Mean over the clips. */
  readonly centreError: number;
  /** Share of clips whose IoU is at least 0.5. */
  readonly iouAtHalf: number;
  /** Area under the share of clips over the least IoU asked for, 0, 0.05, ..., 1. */
  readonly auc: number;
  /** Share of clips whose peak is in the box: the pointing game (Zhang et al. 2016, "Top-down neural attention"). */
  readonly peakInBox: number;
};

const pointsPerCell = 8;

/** The region above `threshold` of the range of a map, drawn smooth as reports draw it. @param threshold in 0 ... 1. */
export function placeOf({ values, rows, columns }: PatchMap, threshold = 0.5): Place {
  const [height, width] = [rows * pointsPerCell, columns * pointsPerCell];
  const fine = smoothResize(values, rows, columns, height, width);
  let [low, best] = [0, 0];
  for (let point = 1; point < fine.length; point++) {
    if (fine[point]! > fine[best]!) best = point;
    if (fine[point]! < fine[low]!) low = point;
  }
  const least = fine[low]! + threshold * (fine[best]! - fine[low]!);
  return {
    peak: { x: ((best % width) + 0.5) / width, y: (Math.floor(best / width) + 0.5) / height },
    region: { cells: Uint8Array.from(fine, (value) => Number(value >= least)), rows: height, columns: width },
  };
}

/** @param aspect the picture's width over its height. */
export function compareWithBox({ peak, region }: Place, box: Box, aspect: number): ClipLocalisation {
  const { cells, rows, columns } = region;
  let [count, inside, both, right, down] = [0, 0, 0, 0, 0];
  for (let point = 0; point < cells.length; point++) {
    const [x, y] = [((point % columns) + 0.5) / columns, (Math.floor(point / columns) + 0.5) / rows];
    const isInBox = contains(box, x, y);
    inside += Number(isInBox);
    if (!cells[point]) continue;
    count++;
    both += Number(isInBox);
    right += x;
    down += y;
  }
  const across = (right / count - box.x - box.width / 2) * aspect;
  const along = down / count - box.y - box.height / 2;
  return {
    centreError: Math.hypot(across, along) / Math.hypot(aspect, 1),
    iou: both / (count + inside - both),
    peakInBox: contains(box, peak.x, peak.y),
  };
}

export function contains({ x, y, width, height }: Box, right: number, down: number): boolean {
  return right >= x && right <= x + width && down >= y && down <= y + height;
}

/** Of at least one clip. */
export function localisationScore(clips: readonly ClipLocalisation[]): LocalisationScore {
  const mean = (value: (clip: ClipLocalisation) => number) =>
    clips.reduce((sum, clip) => sum + value(clip), 0) / clips.length;
  const shareFrom = (least: number) => mean(({ iou }) => Number(iou >= least));
  const steps = 20;
  const shares = Array.from({ length: steps + 1 }, (_, step) => shareFrom(step / steps));
  return {
    clips: clips.length,
    centreError: mean(({ centreError }) => centreError),
    iouAtHalf: shareFrom(0.5),
    auc: shares.slice(1).reduce((area, share, step) => area + (share + shares[step]!) / (2 * steps), 0),
    peakInBox: mean(({ peakInBox }) => Number(peakInBox)),
  };
}

const priorGrid = { rows: 14, columns: 14 };

/**
 * The guess that things are in the middle: a normal distribution about it, a quarter of each side wide, whatever is
 * seen.
 */
export function centrePrior(): PatchMap {
  return priorMap((x, y) => Math.exp(-((x - 0.5) ** 2 + (y - 0.5) ** 2) / (2 * 0.25 ** 2)));
}

/**
 * The best that can be said without looking: how often each place was in a box, cut where that gives the boxes the
 * greatest mean IoU.
 */
export function fittedPrior(boxes: readonly Box[]): Place {
  const map = priorMap((x, y) => boxes.filter((box) => contains(box, x, y)).length / boxes.length);
  const candidates = Array.from({ length: 19 }, (_, step) => placeOf(map, (step + 1) / 20));
  const worth = (place: Place) => boxes.reduce((sum, box) => sum + compareWithBox(place, box, 1).iou, 0);
  return candidates.reduce((best, place) => (worth(place) > worth(best) ? place : best));
}

function priorMap(value: (x: number, y: number) => number): PatchMap {
  const { rows, columns } = priorGrid;
  const values = Float32Array.from({ length: rows * columns }, (_, cell) =>
    value(((cell % columns) + 0.5) / columns, (Math.floor(cell / columns) + 0.5) / rows),
  );
  return { values, rows, columns };
}
