// What can be shown of a result, as plain data. Terminal, report page, Studio and server draw these kinds and no others.
// Shares are in 0 ... 1, times in seconds.

import type { Box } from '../signal/box.ts';
import type { Picture } from '../signal/picture.ts';
import type { SpectrogramAxes } from './spectrogram-picture.ts';

/** Few numbers with their names, already as people read them. */
export type NumbersShown = {
  readonly kind: 'numbers';
  readonly rows: readonly (readonly [name: string, value: string])[];
};

/** `number` cells are aligned right; `share` cells are numbers in 0 ... 1, written in per cent. */
export type Column = { readonly name: string; readonly kind: 'text' | 'number' | 'share' };

export type TableShown = {
  readonly kind: 'table';
  /** A sentence or two on what the columns are. */
  readonly note?: string | undefined;
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly (string | number)[])[];
};

export type Point = { readonly x: number; readonly y: number };

/** One line of a chart, x ascending. A y that is not finite leaves a gap. */
export type CurveSeries = { readonly name: string; readonly points: readonly CurvePoint[] };

export type CurvePoint = Point & {
  /** Half of the interval that y is known in; drawn as a bar where it is finite. */
  readonly half?: number | undefined;
};

export type CurvesShown = {
  readonly kind: 'curves';
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  /** How y is written, 'number' if left out. */
  readonly unit?: 'number' | 'percent' | undefined;
  /** A place on the x axis worth a dashed line, such as the epoch that was kept. */
  readonly mark?: { readonly x: number; readonly label: string } | undefined;
  readonly series: readonly CurveSeries[];
};

/** Predictions whose confidence fell in one bin: its mean confidence, and the share of its clips that were right. */
export type CalibrationBin = { readonly confidence: number; readonly accuracy: number; readonly clips: number };

export type ReliabilityShown = {
  readonly kind: 'reliability';
  /** Mean gap between confidence and accuracy, weighted by clips. */
  readonly expectedError: number;
  readonly bins: readonly CalibrationBin[];
};

/** Who was taken for whom: `counts[true][predicted]`, both in the order of `classes`. */
export type MatrixShown = {
  readonly kind: 'matrix';
  readonly classes: readonly string[];
  readonly counts: readonly (readonly number[])[];
};

export type ShownEvent = {
  readonly start: number;
  readonly end: number;
  readonly label: string;
  /** How sure, 0 ... 1. */
  readonly score: number;
};

/** Events of one origin, such as those found, or those that are true. */
export type Track = {
  readonly name: string;
  readonly events: readonly ShownEvent[];
  /** Whether this is what truly happens. */
  readonly isTrue?: boolean;
};

/** What a clip looks and sounds like over its time. */
export type ClipOverview = {
  /** At even distances, each from the middle of its share of the time. */
  readonly frames: readonly Picture[];
  /** [rows, columns] in any unit: frequency ascending along rows, columns at even distances. */
  readonly spectrogram?: { readonly values: Float32Array; readonly rows: number; readonly columns: number } | undefined;
};

export type TimelineShown = {
  readonly kind: 'timeline';
  readonly title: string;
  readonly duration: number;
  readonly tracks: readonly Track[];
  /** Drawn above the tracks. */
  readonly overview?: ClipOverview | undefined;
};

/** One number for each cell of a grid over a picture or a spectrogram, row by row, in any unit. */
export type MapShown = {
  readonly name: string;
  readonly values: Float32Array;
  readonly rows: number;
  readonly columns: number;
};

/** A picture as it is, and once more under its map, with the map's peak. */
export type PictureShown = {
  readonly kind: 'picture';
  readonly picture: Picture;
  readonly caption: string;
  readonly map?: MapShown | undefined;
  /** Where something truly is, in the picture's own pixels. */
  readonly box?: { readonly place: Box; readonly name: string } | undefined;
};

export type FrequencyScale = { readonly kind: 'linear' | 'mel'; readonly low: number; readonly high: number };

/** A spectrogram with its axes, and once more under its map, which lies over the same rows and columns. */
export type SpectrogramShown = {
  readonly kind: 'spectrogram';
  /** [height, width] in any unit, rows and columns as `axes` says. */
  readonly values: Float32Array;
  readonly height: number;
  readonly width: number;
  readonly axes: SpectrogramAxes;
  readonly seconds: number;
  readonly frequency: FrequencyScale;
  readonly caption: string;
  readonly map?: MapShown | undefined;
};

/** Sound to listen to, one channel in -1 ... 1. */
export type SoundShown = {
  readonly kind: 'sound';
  readonly samples: Float32Array;
  readonly sampleRate: number;
  readonly caption: string;
};

/** Answers with their shares, best first. */
export type RankingShown = {
  readonly kind: 'ranking';
  readonly entries: readonly { readonly label: string; readonly share: number }[];
};

/** What belongs together about one clip or window. */
export type CardShown = {
  readonly kind: 'card';
  readonly title: string;
  /** What the model says, and the truth where it is known. */
  readonly verdict?: { readonly said: string; readonly truth?: string | undefined } | undefined;
  readonly shown: readonly Exclude<Shown, { readonly kind: 'card' }>[];
};

export type Shown =
  | NumbersShown
  | TableShown
  | CurvesShown
  | ReliabilityShown
  | MatrixShown
  | TimelineShown
  | PictureShown
  | SpectrogramShown
  | SoundShown
  | RankingShown
  | CardShown;

export type ShownSection = {
  /** A word for links, such as `confusion`. */
  readonly id: string;
  readonly title: string;
  readonly shown: readonly Shown[];
  /** Whether the terminal shows it too. */
  readonly forTerminal?: boolean | undefined;
};

export type Report = {
  readonly title: string;
  /** One or two sentences on what was done, shown under the title. */
  readonly introduction?: string | undefined;
  readonly numbers?: NumbersShown | undefined;
  /** Sections with nothing to show are left out. */
  readonly sections: readonly ShownSection[];
  /** The command line as typed. */
  readonly command: string;
  /** The effective configuration: anything that JSON can hold. */
  readonly configuration: unknown;
};
