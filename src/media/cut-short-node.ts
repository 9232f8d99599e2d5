// Whether a file ends before its own container says that it ends: a download or a recording that was broken off.
// The demuxers read such a file as far as it goes, and would give silence for sound that is missing.
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { matroskaSegmentEnd } from './matroska-check-node.ts';

export type CutShort = { readonly bytes: number; readonly stated: number };

/**
 * How many bytes a file of this kind (`containerKind`) has, and how many it says it has at least, if those are more.
 */
export function cutShort(path: string, kind: string | undefined): CutShort | undefined {
  const statedEnd = readers[kind ?? ''];
  if (!statedEnd) return undefined;
  const file = openSync(path, 'r');
  try {
    const { size } = fstatSync(file);
    const read = (position: number, length: number) => {
      const bytes = Buffer.alloc(Math.max(0, Math.min(length, size - position)));
      return bytes.subarray(0, readSync(file, bytes, 0, bytes.length, position));
    };
    const stated = statedEnd(read, size);
    return stated !== undefined && stated > size ? { bytes: size, stated } : undefined;
  } finally {
    closeSync(file);
  }
}

type Read = (position: number, length: number) => Buffer;

const readers: Readonly<Record<string, (read: Read, size: number) => number | undefined>> = {
  'MP4 or QuickTime': boxesEnd,
  'Matroska or WebM': (read) => matroskaSegmentEnd((position) => read(position, 12)),
  WAVE: riffEnd,
  AVI: riffEnd,
  Ogg: pageEnd,
};

// Without these a file is not whole; what else may stand at its end (free, uuid, mfra, ...) is not needed.
const neededBoxes = new Set(['ftyp', 'moov', 'moof', 'mdat']);

/** The end of the last box (ISO/IEC 14496-12) that is needed; a header that is itself cut off counts whole. */
function boxesEnd(read: Read, size: number): number | undefined {
  for (let position = 0; position < size; ) {
    const header = read(position, 16);
    if (header.length < 8) return undefined;
    const short = header.readUInt32BE(0);
    if (short === 1 && header.length < 16) return position + 16;
    const length = short === 1 ? Number(header.readBigUInt64BE(8)) : short;
    // A size of 0 is "to the end of the file".
    if (length < 8) return undefined;
    const end = position + length;
    if (end > size) return neededBoxes.has(header.toString('latin1', 4, 8)) ? end : undefined;
    position = end;
  }
  return undefined;
}

// What writers to a pipe put where they cannot know the size begins here.
const unknownFrom = 0x7fff0000;

function riffEnd(read: Read): number | undefined {
  const header = read(0, 8);
  const length = header.length < 8 ? 0 : header.readUInt32LE(4);
  if (length >= unknownFrom) return undefined;
  // The size leaves out these 8 bytes, though some writers count them.
  return length;
}

const longestPage = 27 + 255 + 255 * 255;

/** The end of an Ogg file's last page (RFC 3533, 6); a header that is itself cut off counts whole. */
function pageEnd(read: Read, size: number): number | undefined {
  const start = Math.max(0, size - longestPage);
  const tail = read(start, longestPage);
  const page = tail.lastIndexOf('OggS');
  if (page < 0) return undefined;
  const segments = tail[page + 26] ?? 0;
  const lengths = tail.subarray(page + 27, page + 27 + segments);
  return start + page + 27 + segments + lengths.reduce((sum, length) => sum + length, 0);
}
