// Rows of a clip as they come, in the chunks that the network takes. Only what the next chunk needs is kept.
import type { NetworkConfig } from './config.ts';
import { paddedRows } from './training-row.ts';

/** Rows that follow each other, [count, width] for each modality; one that the clip lacks is empty. */
export type RowStretch = { readonly count: number; readonly visual: Float32Array; readonly audio: Float32Array };

/** The network's inputs for one chunk. */
export type RowChunk = ReturnType<typeof paddedRows> & {
  /** The first row's place in the clip. */
  readonly start: number;
  /** Rows of the clip in it; the others are zeros. */
  readonly count: number;
};

/** The chunks at `chunkStarts`, of `length` rows, an even number; the last may be filled up. */
export async function* rowChunks(
  stretches: AsyncIterable<RowStretch>,
  length: number,
  widths: Pick<NetworkConfig, 'visualWidth' | 'audioWidth'>,
): AsyncGenerator<RowChunk> {
  let [start, kept]: [number, RowStretch] = [0, { count: 0, visual: new Float32Array(0), audio: new Float32Array(0) }];
  for await (const stretch of stretches) {
    kept = together(kept, stretch);
    // More than a chunk is there, so that this one is not the last.
    while (kept.count > length) {
      yield chunkOf(kept, start, length, widths);
      start += length / 2;
      kept = from(kept, length / 2);
    }
  }
  if (kept.count > 0) yield chunkOf(kept, start, length, widths);
}

function chunkOf(
  kept: RowStretch,
  start: number,
  length: number,
  widths: Pick<NetworkConfig, 'visualWidth' | 'audioWidth'>,
): RowChunk {
  const count = Math.min(kept.count, length);
  const part = (values: Float32Array) => values.subarray(0, (values.length / kept.count) * count);
  const rows = { steps: count, visual: part(kept.visual), audio: part(kept.audio) };
  return { start, count, ...paddedRows(rows, length, widths) };
}

function from({ count, visual, audio }: RowStretch, first: number): RowStretch {
  const rest = (values: Float32Array) => values.slice((values.length / count) * first);
  return { count: count - first, visual: rest(visual), audio: rest(audio) };
}

function together(a: RowStretch, b: RowStretch): RowStretch {
  if (a.count === 0) return b;
  const join = (left: Float32Array, right: Float32Array) => {
    const whole = new Float32Array(left.length + right.length);
    whole.set(left);
    whole.set(right, left.length);
    return whole;
  };
  return { count: a.count + b.count, visual: join(a.visual, b.visual), audio: join(a.audio, b.audio) };
}
