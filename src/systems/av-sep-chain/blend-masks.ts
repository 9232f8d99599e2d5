// The masks of overlapping windows as one stream of frames, however long the sound is.

/** What a window's network says: `values` [frames, bands], the first of them frame `start` of the whole sound. */
export type WindowMask = { readonly start: number; readonly values: Float32Array };

/**
 * Each frame's mask [bands], frame after frame: the mean over the windows that have it, by a triangle over each window, so
 * that one fades into the next and the sound's ends belong to the outermost windows alone.
 * @param windows in ascending order, without gaps between them.
 */
export async function* blendMasks(windows: AsyncIterable<WindowMask>, bands: number): AsyncGenerator<Float32Array> {
  /** Weighted sums of frames that a later window may have as well, from frame `first` on. */
  let open: { readonly sum: Float32Array; weight: number }[] = [];
  let first = 0;
  for await (const { start, values } of windows) {
    const ready = open.splice(0, start - first);
    first = start;
    for (const frame of ready) yield mean(frame);
    const frames = values.length / bands;
    for (let index = 0; index < frames; index++) {
      open[index] ??= { sum: new Float32Array(bands), weight: 0 };
      const { sum } = open[index]!;
      const weight = 1 - Math.abs((2 * index + 1) / frames - 1);
      for (let band = 0; band < bands; band++) sum[band]! += weight * values[index * bands + band]!;
      open[index]!.weight += weight;
    }
  }
  for (const frame of open) yield mean(frame);
  open = [];
}

function mean({ sum, weight }: { readonly sum: Float32Array; readonly weight: number }): Float32Array {
  return sum.map((value) => value / weight);
}

/**
 * Where windows of a sound start, in frames: every `hop`, and one that reaches the sound's last frame.
 * @param count of the sound's frames.
 * @param length of a window in frames.
 */
export function windowStarts(count: number, length: number, hop: number): number[] {
  const last = Math.max(0, count - length);
  return [...Array.from({ length: Math.ceil(last / hop) }, (_, index) => index * hop), last];
}
