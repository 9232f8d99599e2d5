// How clips become rows of a batch. An intake takes and gives plain data and no session, so that it runs in decoder
// processes, loading threads and the workers of a page alike.
import type { Media } from '../media/media.ts';
import type { Picture } from '../signal/picture.ts';
import type { Example } from './dataset.ts';
import type { MissingModality } from './model-inputs.ts';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

/** Numbers of one tensor, row by row. */
export type Values = Float32Array | Uint8Array | BigInt64Array;

/** Values by name; their shapes are the model's business. */
export type Arrays = Readonly<Record<string, Values>>;

/** Values whose shape differs from clip to clip, such as a frame in its own size, [height, width, 3]. */
export type ShapedValues = { readonly shape: readonly number[]; readonly data: Values };

/** All that rows and evaluation may ask of a clip, taken from its file in one go. */
export type Reading = {
  /** What the clip lacks; the arrays then hold a stand-in or leave that part out. */
  readonly missing?: MissingModality | undefined;
  readonly arrays: Readonly<Record<string, ShapedValues>>;
};

/** A stored reading, open: each array is fetched only when it is asked for. */
export type StoredReading = {
  readonly names: readonly string[];
  /** Values of its own, which the caller may change. @throws DamagedReading where it is not whole. */
  get(name: string): Promise<ShapedValues>;
  close(): Promise<void>;
};

/** Thrown for a stored reading that is not whole: read the clip again. */
export class DamagedReading extends Error {}

/** What a row of a batch is made from, and what it should teach. */
export type Row = {
  /** Ids of the clips it needs, the one it is named after first. */
  readonly clips: readonly string[];
  readonly target: Json;
};

/** One walk over a split. Every random draw in it is named by its seed and epoch. */
export type Pass = {
  /** `train`, `evaluate`, or a word of the system's own, such as `mismatched`. */
  readonly name: string;
  readonly seed: number;
  readonly epoch: number;
};

/** A stretch of a clip as prediction sees it. */
export type Window = {
  /** Seconds on the clip's clock. */
  readonly start: number;
  readonly end: number;
  /** What the model takes, without the batch axis. */
  readonly inputs: Arrays;
  /** The frame to show, in its own size; absent where the clip has no picture. */
  readonly frame?: Picture | undefined;
  readonly missing?: MissingModality | undefined;
};

export type WindowOptions = {
  /** Seconds from one window of a longer clip to the next; the intake's own choice by default. */
  readonly hop?: number | undefined;
};

/** How a system reads clips, and what rows it makes of the readings for its model. */
export type Intake = {
  /** With the clip's bytes, all that a stored reading depends on. */
  readonly key: Json;
  /** Reads an open clip, once. @throws DuetError for clips with nothing to read. */
  read(media: Media): Promise<Reading>;
  /** Which rows a pass has, in which order: pairs, mixtures and crops are settled by seed and epoch alone. */
  plan(examples: readonly Example[], pass: Pass): readonly Row[];
  /** A row's inputs and targets, the same names and lengths for every row of a pass. */
  row(row: Row, open: (clip: string) => Promise<StoredReading>, pass: Pass): Promise<Arrays>;
  /** The one window that evaluation looks at, for systems whose rows are single windows. */
  middleWindow?(media: Media): Promise<Window>;
  /** The windows of an open clip in order. @throws DuetError for clips that cannot be read. */
  windows(media: Media, options: WindowOptions): AsyncIterable<Window>;
};

/** A walk in which nothing is drawn. */
export function plainPass(name: string): Pass {
  return { name, seed: 0, epoch: 0 };
}
