// What an MP3 encoder put before and after the sound, as its first frame says (the LAME tag: 12 bits each of delay and
// padding, 21 bytes after the encoder's name begins).
import type { ReadBytes } from './mp4-edits.ts';
import type { Segment } from './presentation.ts';

/** Any decoder is late by as much (Layer III's filters). */
const decoderDelay = 529;

/** The sound without delay and padding, or undefined for a file that does not state them. */
export async function mp3Presentation(read: ReadBytes): Promise<readonly Segment[] | undefined> {
  let position = 0;
  let head = await read(0, 4096);
  // ID3v2: four times seven bits of length.
  while (head.length >= 10 && latin1(head, 0, 3) === 'ID3') {
    position += 10 + (((head[6]! << 21) | (head[7]! << 14) | (head[8]! << 7) | head[9]!) >>> 0);
    head = await read(position, 4096);
  }
  if (head.length < 200 || head[0] !== 0xff || (head[1]! & 0xe0) !== 0xe0) return undefined;
  const version = (head[1]! >> 3) & 3;
  const isMono = head[3]! >> 6 === 3;
  const isVersion1 = version === 3;
  const tag = 4 + (isVersion1 ? (isMono ? 17 : 32) : isMono ? 9 : 17);
  if (!/^(Xing|Info)$/.test(latin1(head, tag, 4))) return undefined;
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const flags = view.getUint32(tag + 4);
  const hasFrames = (flags & 1) !== 0;
  const name = tag + 8 + (hasFrames ? 4 : 0) + (flags & 2 ? 4 : 0) + (flags & 4 ? 100 : 0) + (flags & 8 ? 4 : 0);
  if (!/^(LAME|Lavf|Lavc)$/.test(latin1(head, name, 4))) return undefined;
  const both = (head[name + 21]! << 16) | (head[name + 22]! << 8) | head[name + 23]!;
  const [delay, padding] = [both >> 12, both & 0xfff];
  const sampleRate = [44_100, 48_000, 32_000][(head[2]! >> 2) & 3];
  if (sampleRate === undefined) return undefined;
  const rate = sampleRate / (isVersion1 ? 1 : version === 2 ? 2 : 4);
  const samples = hasFrames ? view.getUint32(tag + 8) * (isVersion1 ? 1152 : 576) - delay - padding : undefined;
  const end = samples === undefined ? Number.POSITIVE_INFINITY : Math.max(0, samples) / rate;
  return [{ start: 0, end, mediaStart: (delay + decoderDelay) / rate }];
}

function latin1(bytes: Uint8Array, start: number, length: number): string {
  return String.fromCharCode(...bytes.subarray(start, start + length));
}
