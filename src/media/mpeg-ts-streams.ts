// Streams of an MPEG transport stream (ISO/IEC 13818-1) that mediabunny 1.61 passes over without a word: it knows
// H.264, H.265, MPEG audio, AAC, AC-3 and DTS.
import type { ReadBytes } from './mp4-edits.ts';
import type { UndecodableStream } from './undecodable-track.ts';

/** A stream that the program map names; private ones may not say of which kind they are. */
type Listed = { readonly kind: UndecodableStream['kind'] | undefined; readonly codec: string };

const known = new Set([0x03, 0x04, 0x0f, 0x1b, 0x24, 0x81, 0x82, 0x85, 0x86, 0x87, 0x8a]);
/** Descriptors that say AC-3, E-AC-3 or DTS of a private stream. */
const knownDescriptors = new Set([0x6a, 0x7a, 0x7b, 0xcc]);
const registrationDescriptor = 0x05;
const programMap = 0x02;

/** By stream type, or by registration where the stream is private. */
const others: Readonly<Record<number | string, Listed>> = {
  1: { kind: 'video', codec: 'MPEG-1' },
  2: { kind: 'video', codec: 'MPEG-2' },
  16: { kind: 'video', codec: 'MPEG-4 Part 2' },
  17: { kind: 'audio', codec: 'AAC in LATM' },
  33: { kind: 'video', codec: 'JPEG 2000' },
  51: { kind: 'video', codec: 'H.266' },
  66: { kind: 'video', codec: 'AVS' },
  128: { kind: 'audio', codec: 'LPCM of Blu-ray' },
  131: { kind: 'audio', codec: 'TrueHD' },
  132: { kind: 'audio', codec: 'E-AC-3 of Blu-ray' },
  209: { kind: 'video', codec: 'Dirac' },
  234: { kind: 'video', codec: 'VC-1' },
  Opus: { kind: 'audio', codec: 'Opus' },
  BSSD: { kind: 'audio', codec: 'SMPTE 302M' },
  'AC-4': { kind: 'audio', codec: 'AC-4' },
  AV01: { kind: 'video', codec: 'AV1' },
  'VC-1': { kind: 'video', codec: 'VC-1' },
};

/** The program map and packets of its streams come within as many bytes. */
const searched = 2 ** 21;

/** Pictures and sounds that have packets near the start; a stream that is only listed is none. */
export async function passedOverInMpegTs(read: ReadBytes): Promise<readonly UndecodableStream[]> {
  const found = new Map<number, UndecodableStream>();
  let listed: ReadonlyMap<number, Listed> | undefined;
  let section: { readonly pid: number; bytes: Uint8Array } | undefined;
  for (const { pid, begins, payload } of packets(await read(0, searched))) {
    if (listed) {
      const stream = begins ? listed.get(pid) : undefined;
      const kind = stream && (kindOfPacket(payload) ?? stream.kind);
      if (kind) found.set(pid, { kind, codec: stream.codec });
    } else {
      if (begins) section = { pid, bytes: payload.subarray(1 + (payload[0] ?? 0)) };
      else if (section?.pid === pid && section.bytes[0] === programMap)
        section.bytes = Uint8Array.of(...section.bytes, ...payload);
      listed = section && streamsIn(section.bytes);
    }
  }
  return [...found.values()];
}

type Packet = { readonly pid: number; readonly begins: boolean; readonly payload: Uint8Array };

/** Packets of 188 bytes, alone, behind a time of 4 bytes, or before 16 bytes of error correction. */
function* packets(bytes: Uint8Array): Generator<Packet> {
  const layout = [
    [0, 188],
    [4, 192],
    [0, 204],
  ].find(([first, stride]) => [0, 1, 2].every((n) => bytes[first! + n * stride!] === 0x47));
  const [first, stride] = layout ?? [0, bytes.length + 1];
  for (let start = first!; start + 188 <= bytes.length; start += stride!) {
    const packet = bytes.subarray(start, start + 188);
    const adaptation = packet[3]! & 0x20 ? 1 + packet[4]! : 0;
    if (packet[3]! & 0x10)
      yield { pid: pidAt(packet, 1), begins: (packet[1]! & 0x40) !== 0, payload: packet.subarray(4 + adaptation) };
  }
}

/** What a whole program map section lists that is not known, by packet id; undefined for other or cut sections. */
function streamsIn(section: Uint8Array): ReadonlyMap<number, Listed> | undefined {
  const end = 3 + lengthAt(section, 1);
  if (section[0] !== programMap || section.length < end) return undefined;
  const streams = new Map<number, Listed>();
  // A checksum of 4 bytes ends the section.
  for (let place = 12 + lengthAt(section, 10); place + 5 <= end - 4; place += 5 + lengthAt(section, place + 3)) {
    const type = section[place]!;
    const about = section.subarray(place + 5, place + 5 + lengthAt(section, place + 3));
    const { isKnown, name } = describedBy(about);
    if (known.has(type) || isKnown) continue;
    const codec = name ?? `of stream type 0x${type.toString(16).padStart(2, '0')}`;
    streams.set(pidAt(section, place + 1), others[type] ?? others[codec] ?? { kind: undefined, codec });
  }
  return streams;
}

function describedBy(descriptors: Uint8Array): { readonly isKnown: boolean; readonly name: string | undefined } {
  let [isKnown, name]: [boolean, string | undefined] = [false, undefined];
  for (let place = 0; place + 2 <= descriptors.length; place += 2 + descriptors[place + 1]!) {
    const tag = descriptors[place]!;
    if (tag === registrationDescriptor) name = String.fromCharCode(...descriptors.subarray(place + 2, place + 6));
    isKnown ||= knownDescriptors.has(tag) || /^DTS\d/.test(name ?? '');
  }
  return { isKnown, name };
}

/** By the stream id of a packetised elementary stream's header. */
function kindOfPacket(payload: Uint8Array): UndecodableStream['kind'] | undefined {
  const id = payload[3]! >> 4;
  return id === 0xe ? 'video' : id === 0xc || id === 0xd ? 'audio' : undefined;
}

function pidAt(bytes: Uint8Array, place: number): number {
  return ((bytes[place]! & 0x1f) << 8) | bytes[place + 1]!;
}

function lengthAt(bytes: Uint8Array, place: number): number {
  return ((bytes[place]! & 0x0f) << 8) | bytes[place + 1]!;
}
