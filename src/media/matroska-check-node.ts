// A walk over a Matroska file's outer elements before it is opened: mediabunny 1.61 looks for the next element after a
// damaged place, and never stops if there is none.
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

const SEGMENT = 0x18538067;
const CLUSTER = 0x1f43b675;
// Identifiers of RFC 9559: the children of Segment; Void and CRC-32 may stand anywhere.
const global = [0xec, 0xbf];
const segmentChildren = new Set([
  CLUSTER,
  0x1c53bb6b,
  0x1549a966,
  0x1654ae6b,
  0x114d9b74,
  0x1254c367,
  0x1941a469,
  0x1043a770,
  ...global,
]);
// Children of a cluster whose own size is not stated, as in a recording cut off.
const clusterChildren = new Set([0xe7, 0xa3, 0xa0, 0xa7, 0xab, 0x5854, ...global]);

const MOST_HEADER_BYTES = 12;

type Element = { readonly id: number; readonly size: number | undefined; readonly dataStart: number };

/**
 * The first byte at which no element begins though one should, or undefined if all is well; a file cut short is well so
 * far.
 */
export function matroskaDamage(path: string): number | undefined {
  const file = openSync(path, 'r');
  try {
    const end = fstatSync(file).size;
    const read = (position: number) => {
      const bytes = Buffer.alloc(Math.max(0, Math.min(MOST_HEADER_BYTES, end - position)));
      return element(bytes.subarray(0, readSync(file, bytes, 0, bytes.length, position)), position);
    };
    const header = read(0);
    const segment = header?.size === undefined ? undefined : read(header.dataStart + header.size);
    if (segment?.id !== SEGMENT) return undefined;
    const last = Math.min(end, segment.size === undefined ? end : segment.dataStart + segment.size);
    let insideOpenCluster = false;
    for (let position = segment.dataStart; position + MOST_HEADER_BYTES < last; ) {
      const next = read(position);
      const outer = next !== undefined && segmentChildren.has(next.id);
      const inner = insideOpenCluster && next !== undefined && clusterChildren.has(next.id);
      if (!next || !(outer || inner)) return position;
      if (next.size === undefined && next.id !== CLUSTER) return position;
      if (next.id === CLUSTER) insideOpenCluster = next.size === undefined;
      position = next.dataStart + (next.size ?? 0);
    }
    return undefined;
  } finally {
    closeSync(file);
  }
}

/**
 * Where the file's segment ends by its own account: a file that ends before is cut short. Undefined if it does not say.
 */
export function matroskaSegmentEnd(read: (position: number) => Buffer): number | undefined {
  const header = element(read(0), 0);
  const start = header?.size === undefined ? undefined : header.dataStart + header.size;
  const segment = start === undefined ? undefined : element(read(start), start);
  return segment?.id === SEGMENT && segment.size !== undefined ? segment.dataStart + segment.size : undefined;
}

/** An element's header (RFC 8794): identifier and size, each with its length in its leading bits. */
function element(bytes: Buffer, position: number): Element | undefined {
  const idLength = Math.clz32(bytes[0] ?? 0) - 23;
  if (idLength > 4 || bytes.length <= idLength) return undefined;
  const first = bytes[idLength]!;
  const sizeLength = Math.clz32(first) - 23;
  if (sizeLength > 8 || bytes.length < idLength + sizeLength) return undefined;
  let size = first & ((1 << (8 - sizeLength)) - 1);
  let unknown = size === (1 << (8 - sizeLength)) - 1;
  for (const byte of bytes.subarray(idLength + 1, idLength + sizeLength)) {
    size = size * 256 + byte;
    unknown &&= byte === 255;
  }
  return {
    id: bytes.readUIntBE(0, idLength),
    size: unknown ? undefined : size,
    dataStart: position + idLength + sizeLength,
  };
}
