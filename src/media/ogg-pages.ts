// Pages of an Ogg file (RFC 3533, 6), one after another, and the files that are chained in it.
import type { ReadBytes } from './mp4-edits.ts';

export type OggPage = {
  readonly position: number;
  /** One for each 255 bytes, or less, of a packet. */
  readonly segments: number;
  readonly serial: number;
  readonly begins: boolean;
  readonly isLast: boolean;
  /** The codec's clock where the last packet ends that ends here; -1 where none does. */
  readonly granule: number;
};

const headerBytes = 27;
const mostHeaderBytes = headerBytes + 255;
const blockBytes = 1 << 20;

/** What lies between pages is passed over. */
export async function* oggPages(read: ReadBytes): AsyncGenerator<OggPage> {
  let block: Uint8Array = new Uint8Array(0);
  let blockStart = 0;
  for (let position = 0; ; ) {
    if (position + mostHeaderBytes > blockStart + block.length) {
      block = await read(position, blockBytes);
      blockStart = position;
    }
    const at = position - blockStart;
    if (block.length - at < headerBytes) return;
    if (!isPage(block, at)) {
      position = blockStart + nextPage(block, at + 1);
      continue;
    }
    const view = new DataView(block.buffer, block.byteOffset + at);
    const segments = block[at + 26]!;
    const lengths = block.subarray(at + headerBytes, at + headerBytes + segments);
    const kind = block[at + 5]!;
    yield {
      ...{ position, segments, serial: view.getUint32(14, true), granule: Number(view.getBigInt64(6, true)) },
      ...{ begins: (kind & 2) !== 0, isLast: (kind & 4) !== 0 },
    };
    position += headerBytes + segments + lengths.reduce((sum, length) => sum + length, 0);
  }
}

/** Where each of the files begins that were written one after another: at a stream that begins after others' sound. */
export async function oggLinks(read: ReadBytes): Promise<readonly number[]> {
  const starts = [0];
  let hasSound = false;
  for await (const { position, begins } of oggPages(read)) {
    if (begins && hasSound) starts.push(position);
    hasSound = !begins;
  }
  return starts;
}

function isPage(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === 0x4f && bytes[at + 1] === 0x67 && bytes[at + 2] === 0x67 && bytes[at + 3] === 0x53;
}

/** The next place where a page begins, or may begin behind these bytes. */
function nextPage(bytes: Uint8Array, from: number): number {
  let at = bytes.indexOf(0x4f, from);
  while (at >= 0 && at + 4 <= bytes.length && !isPage(bytes, at)) at = bytes.indexOf(0x4f, at + 1);
  return at < 0 ? bytes.length : at;
}
