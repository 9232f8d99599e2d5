// What a request may ask for.
export type Limits = {
  /** Of an upload or a download. */
  readonly bytes: number;
  /** How long a clip may last. */
  readonly clipSeconds: number;
  /** Width times height of a frame. */
  readonly pixels: number;
  /** Clips that are read at once, each in a process of its own. */
  readonly concurrency: number;
  /** Requests that wait for one of these; one more is refused. */
  readonly queue: number;
  /** From a request's arrival to its answer. */
  readonly requestSeconds: number;
  /** Of each process that reads clips. */
  readonly readerBytes: number;
  /** Windows that are computed together at most. */
  readonly batch: number;
};

export const usualLimits: Limits = {
  bytes: 2 ** 30,
  clipSeconds: 2 * 3600,
  pixels: 4096 * 2304,
  concurrency: 4,
  queue: 16,
  requestSeconds: 300,
  readerBytes: 2 * 2 ** 30,
  batch: 8,
};
