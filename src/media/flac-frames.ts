// Frames of FLAC (RFC 9639, 9) that mediabunny 1.61 does not take apart as they are.
import type { Input } from 'mediabunny';
import type { ReadBytes } from './mp4-edits.ts';

/** It passes over a last frame of fewer bytes. */
const passedOverBelow = 16;
const shortestFrame = 9;

/** How many samples the last frame of a file has if it is passed over; else 0. */
export async function passedOverInFlac(input: Input, read: ReadBytes): Promise<number> {
  const start = Math.max(0, (await input.source.getSize()) - (passedOverBelow - 1));
  return shortLastFrame(await read(start, passedOverBelow - 1));
}

/**
 * How many samples a whole frame has that ends with these bytes and is passed over; 0 for other ends. So few bytes hold
 * one value for all samples, or a sample or two.
 */
export function shortLastFrame(end: Uint8Array): number {
  for (let length = shortestFrame; length < passedOverBelow && length <= end.length; length++) {
    const samples = samplesOf(end.subarray(end.length - length));
    if (samples > 0) return samples;
  }
  return 0;
}

/** 0 for bytes that are no whole frame. */
function samplesOf(frame: Uint8Array): number {
  if (frame[0] !== 0xff || (frame[1]! & 0xfe) !== 0xf8) return 0;
  const [size, rate] = [frame[2]! >> 4, frame[2]! & 0x0f];
  // The frame's or the sample's number, as UTF-8 is coded: as many bytes as its first has leading ones.
  const number = Math.max(1, Math.clz32(~(frame[4]! << 24)));
  const afterNumber = 4 + number;
  const sizeBytes = size === 6 ? 1 : size === 7 ? 2 : 0;
  const rateBytes = rate === 12 ? 1 : rate === 13 || rate === 14 ? 2 : 0;
  const header = afterNumber + sizeBytes + rateBytes;
  if (header >= frame.length || checksum(frame.subarray(0, header + 1), 8, 0x07) !== 0 || !isWholeFrame(frame))
    return 0;
  if (size === 6) return frame[afterNumber]! + 1;
  if (size === 7) return frame[afterNumber]! * 256 + frame[afterNumber + 1]! + 1;
  return size === 0 ? 0 : size === 1 ? 192 : size < 6 ? 576 << (size - 2) : 256 << (size - 8);
}

/** The last packet without a tag of the older kind (ID3v1), which ends some files and which no decoder of FLAC takes. */
export function withoutTag(packet: Uint8Array): Uint8Array {
  const tag = packet.length - 128;
  const isTag = tag > 0 && packet[tag] === 0x54 && packet[tag + 1] === 0x41 && packet[tag + 2] === 0x47;
  return isTag && isWholeFrame(packet.subarray(0, tag)) ? packet.subarray(0, tag) : packet;
}

/** Its checksum is made to leave none. */
function isWholeFrame(frame: Uint8Array): boolean {
  return checksum(frame, 16, 0x8005) === 0;
}

/** Highest bit first, from 0. */
export function checksum(bytes: Iterable<number>, bits: 8 | 16, polynomial: number): number {
  let sum = 0;
  for (const byte of bytes) {
    sum ^= byte << (bits - 8);
    for (let bit = 0; bit < 8; bit++) sum = (sum << 1) ^ (sum >> (bits - 1) ? polynomial | (1 << bits) : 0);
  }
  return sum;
}
