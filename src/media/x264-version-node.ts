// The version note that x264 leaves in a stream's first packet.
//
// x264 before build 151 coded 4:4:4 pictures in a way that FFmpeg's decoder follows only if it has read that note (an
// SEI message); a decoder that starts in the middle of a file has not, and gives noise.

const SEI = 6;
const NOTE = 'x264 - core ';

/**
 * Bytes that hold a NAL unit's length in packets with this configuration (`avcC`, ISO/IEC 14496-15), or undefined if
 * there is none.
 */
export function nalLengthSize(description: Uint8Array | undefined): number | undefined {
  return description && description.length > 4 ? (description[4]! & 3) + 1 : undefined;
}

/** The NAL unit with the note, its length in front as in the packet, or undefined. */
export function x264VersionNote(packet: Uint8Array, lengthSize: number): Uint8Array | undefined {
  let start = 0;
  while (start + lengthSize < packet.length) {
    let length = 0;
    for (let i = 0; i < lengthSize; i++) length = length * 256 + packet[start + i]!;
    const end = start + lengthSize + length;
    const type = packet[start + lengthSize]! & 31;
    if (type !== SEI || end > packet.length) return undefined;
    const unit = packet.subarray(start, end);
    if (Buffer.from(unit.buffer, unit.byteOffset, unit.byteLength).includes(NOTE, 0, 'latin1')) return unit.slice();
    start = end;
  }
  return undefined;
}
