// Edit lists of an mp4 or mov file (ISO/IEC 14496-12, 8.6.6). mediabunny 1.61 follows the first edit's start only, and
// no edit's end.
import type { Segment } from './presentation.ts';

/** Bytes of a file; fewer at its end. */
export type ReadBytes = (position: number, length: number) => Promise<Uint8Array>;

/** `slack`: edits are as exact as this, in seconds. */
export type EditList = { readonly segments: readonly Segment[]; readonly slack: number };

/**
 * For the id of each track with an edit list, what is presented; times of media are mediabunny's.
 * Throws Error for edits that play at another speed.
 */
export async function mp4EditLists(read: ReadBytes): Promise<ReadonlyMap<number, EditList>> {
  const lists = new Map<number, EditList>();
  for await (const moov of boxes(read, 0, Number.POSITIVE_INFINITY)) {
    if (moov.type !== 'moov') continue;
    let movieTimescale = 0;
    for await (const box of boxes(read, moov.start, moov.end)) {
      if (box.type === 'mvhd') movieTimescale = await timescaleIn(read, box);
      if (box.type !== 'trak') continue;
      const track = await trackIn(read, box);
      if (!track.edits || !(movieTimescale > 0 && track.timescale > 0)) continue;
      lists.set(track.id, {
        segments: segmentsOf(track.edits, movieTimescale, track.timescale),
        slack: 1 / movieTimescale,
      });
    }
    return lists;
  }
  return lists;
}

/** In the timescales of the movie and of the media. */
type Edit = { readonly duration: number; readonly mediaTime: number };
type Mp4Box = { readonly type: string; readonly start: number; readonly end: number };

function segmentsOf(edits: readonly Edit[], movieTimescale: number, timescale: number): readonly Segment[] {
  const leading = edits.findIndex(({ mediaTime }) => mediaTime >= 0);
  const empty = edits.slice(0, Math.max(0, leading)).reduce((sum, { duration }) => sum + duration, 0);
  // As mediabunny shifts its times.
  const offset = (edits[leading]?.mediaTime ?? 0) - Math.round((empty / movieTimescale) * timescale);
  const segments: Segment[] = [];
  let start = 0;
  for (const [index, { duration, mediaTime }] of edits.entries()) {
    // Recordings in fragments leave the last edit's length open.
    const isOpen = duration === 0 && index === edits.length - 1;
    const end = isOpen ? Number.POSITIVE_INFINITY : start + duration / movieTimescale;
    if (mediaTime >= 0 && end > start) segments.push({ start, end, mediaStart: (mediaTime - offset) / timescale });
    start = end;
  }
  return segments;
}

async function trackIn(read: ReadBytes, trak: Mp4Box): Promise<{ id: number; timescale: number; edits?: Edit[] }> {
  const track: { id: number; timescale: number; edits?: Edit[] } = { id: 0, timescale: 0 };
  for await (const box of boxes(read, trak.start, trak.end)) {
    if (box.type === 'tkhd') {
      const { version, view } = await fullBox(read, box, 24);
      track.id = view.getUint32(version === 1 ? 20 : 12);
    } else if (box.type === 'mdia') {
      for await (const inner of boxes(read, box.start, box.end))
        if (inner.type === 'mdhd') track.timescale = await timescaleIn(read, inner);
    } else if (box.type === 'edts') {
      for await (const inner of boxes(read, box.start, box.end))
        if (inner.type === 'elst') track.edits = await editsIn(read, inner);
    }
  }
  return track;
}

const mostEdits = 10_000;

async function editsIn(read: ReadBytes, box: Mp4Box): Promise<Edit[]> {
  const { version, view } = await fullBox(read, box, 8 + mostEdits * 20);
  const size = version === 1 ? 20 : 12;
  const count = Math.min(view.getUint32(4), Math.floor((view.byteLength - 8) / size));
  return Array.from({ length: count }, (_, index) => {
    const place = 8 + index * size;
    const duration = version === 1 ? Number(view.getBigUint64(place)) : view.getUint32(place);
    const mediaTime = version === 1 ? Number(view.getBigInt64(place + 8)) : view.getInt32(place + 4);
    const rate = view.getInt32(place + size - 4) / 65_536;
    if (mediaTime >= 0 && rate !== 1) throw new Error(`an edit list that plays at ${rate} times the speed`);
    return { duration, mediaTime };
  });
}

async function timescaleIn(read: ReadBytes, box: Mp4Box): Promise<number> {
  const { version, view } = await fullBox(read, box, 24);
  return view.getUint32(version === 1 ? 20 : 12);
}

/** At most `length` bytes of a box, from its version on; zeros where it is shorter. */
async function fullBox(read: ReadBytes, { start, end }: Mp4Box, length: number) {
  const found = await read(start, Math.min(length, end - start));
  const bytes = new Uint8Array(Math.max(24, found.length));
  bytes.set(found);
  return { version: bytes[0]!, view: new DataView(bytes.buffer) };
}

async function* boxes(read: ReadBytes, from: number, to: number): AsyncGenerator<Mp4Box> {
  for (let position = from; position + 8 <= to; ) {
    const header = await read(position, 16);
    if (header.length < 8) return;
    const view = new DataView(header.buffer, header.byteOffset, header.byteLength);
    const short = view.getUint32(0);
    const isLong = short === 1 && header.length === 16;
    const length = isLong ? Number(view.getBigUint64(8)) : short === 0 ? to - position : short;
    if (length < (isLong ? 16 : 8)) return;
    const type = String.fromCharCode(...header.subarray(4, 8));
    yield { type, start: position + (isLong ? 16 : 8), end: Math.min(to, position + length) };
    position += length;
  }
}
