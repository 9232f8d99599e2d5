// What a report is made of: plain data, gathered by whoever trained or evaluated. Fractions are in 0 ... 1, times in
// seconds.

export type Point = { readonly x: number; readonly y: number };

/** One line of a chart, x ascending. A y that is not finite leaves a gap. */
export type CurveSeries = { readonly name: string; readonly points: readonly Point[] };

export type CurveChart = {
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  /** How y is written, 'number' if left out. */
  readonly unit?: 'number' | 'percent' | undefined;
  /** A place on the x axis worth a dashed line, such as the epoch that was kept. */
  readonly mark?: { readonly x: number; readonly label: string } | undefined;
  readonly series: readonly CurveSeries[];
};

/** `counts[true][predicted]`, both in the order of `classes`. */
export type ConfusionMatrix = { readonly classes: readonly string[]; readonly counts: readonly (readonly number[])[] };

export type ClassResult = {
  readonly name: string;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  readonly clips: number;
};

/** Predictions whose confidence fell in one bin: its mean confidence, and the share of its clips that were right. */
export type CalibrationBin = { readonly confidence: number; readonly accuracy: number; readonly clips: number };

export type Calibration = {
  /** Mean gap between confidence and accuracy, weighted by clips. */
  readonly expectedError: number;
  readonly bins: readonly CalibrationBin[];
};

/**
 * What is left when a modality is missing (accuracy) or is another class's clip's (shares of such pairs, by what they
 * are taken for).
 */
export type Robustness = {
  readonly pictureMissing: number;
  readonly soundMissing: number;
  /** Share of clips that are called background though they are none. */
  readonly falseAlarms: number | undefined;
  readonly swapped:
    | { readonly picture: number; readonly sound: number; readonly background: number; readonly other: number }
    | undefined;
};

export type TimelineEvent = {
  readonly start: number;
  readonly end: number;
  readonly label: string;
  readonly probability: number;
};

export type Timeline = { readonly title: string; readonly duration: number; readonly events: readonly TimelineEvent[] };

export type FrequencyScale = { readonly kind: 'linear' | 'mel'; readonly low: number; readonly high: number };

/**
 * An embedded picture. `uri` is a data URI; with `ticks` it is drawn as a spectrogram, with time and frequency beside
 * it.
 */
export type ReportImage = {
  readonly uri: string;
  readonly width: number;
  readonly height: number;
  /** What a reader who cannot see it must know. */
  readonly description: string;
  readonly caption: string;
  readonly ticks?: { readonly seconds: number; readonly frequency: FrequencyScale } | undefined;
};

export type PredictionExample = {
  readonly name: string;
  readonly truth?: string | undefined;
  readonly predicted: string;
  /** The most probable classes, best first. */
  readonly probabilities: readonly { readonly label: string; readonly probability: number }[];
  readonly backgroundProbability?: number | undefined;
  readonly images: readonly ReportImage[];
};

/** How well one map, or a guess without looking, finds what sounds; all in shares, see src/train/localisation.ts. */
export type LocalisationResult = {
  readonly name: string;
  readonly clips: number;
  readonly centreError: number;
  readonly iouAtHalf: number;
  readonly auc: number;
  readonly peakInBox: number;
};

export type ReportSummary = {
  readonly accuracy: number;
  readonly macroF1: number;
  readonly backgroundAuc?: number | undefined;
  readonly clips: number;
  readonly skipped: number;
  readonly seconds?: number | undefined;
  readonly trainableParameters?: number | undefined;
};

export type Report = {
  readonly title: string;
  /** One or two sentences on what was done, shown under the title. */
  readonly introduction?: string | undefined;
  /** Of an evaluation. */
  readonly summary?: ReportSummary | undefined;
  readonly curves: readonly CurveChart[];
  readonly confusion?: ConfusionMatrix | undefined;
  readonly perClass: readonly ClassResult[];
  readonly calibration?: Calibration | undefined;
  readonly robustness?: Robustness | undefined;
  readonly examples: readonly PredictionExample[];
  readonly timelines?: readonly Timeline[] | undefined;
  readonly localisation?: readonly LocalisationResult[] | undefined;
  readonly skipped?: readonly { readonly path: string; readonly reason: string }[] | undefined;
  /** The command line as typed. */
  readonly command: string;
  /** The effective configuration: anything that JSON can hold. */
  readonly configuration: unknown;
};
