import { expect, test } from 'vitest';
import { passedOverInMpegTs } from './mpeg-ts-streams.ts';

type Stream = { type: number; pid: number; descriptors?: number[]; packetId?: number };

/** Packets of a transport stream: a program map, over two packets if it is long, and one packet of each stream. */
function transportStream(streams: readonly Stream[], stride = 188): Uint8Array {
  const entries = streams.flatMap(({ type, pid, descriptors = [] }) => [
    ...[type, 0xe0 | (pid >> 8), pid & 0xff, 0xf0, descriptors.length],
    ...descriptors,
  ]);
  const length = 9 + entries.length + 4;
  const map = [0x02, 0xb0 | (length >> 8), length & 0xff, 0, 1, 0xc1, 0, 0, 0xe1, 0, 0xf0, 0, ...entries, 0, 0, 0, 0];
  const packet = (pid: number, begins: boolean, payload: readonly number[]) => {
    const bytes = new Uint8Array(stride).fill(0xff);
    const body = [0x47, (begins ? 0x40 : 0) | (pid >> 8), pid & 0xff, 0x10, ...payload];
    bytes.set(body, stride === 192 ? 4 : 0);
    return [...bytes];
  };
  return Uint8Array.from([
    ...packet(0x1000, true, [0, ...map.slice(0, 183)]),
    ...packet(0x1000, false, map.slice(183)),
    ...streams.flatMap(({ pid, packetId }) => (packetId ? packet(pid, true, [0, 0, 1, packetId]) : [])),
    ...packet(0x1fff, false, []),
  ]);
}

const registered = (name: string) => [5, 4, ...Buffer.from(name)];
const passedOver = (bytes: Uint8Array) =>
  passedOverInMpegTs(async (from, length) => bytes.subarray(from, from + length));

test.each([188, 192, 204])('pictures and sounds in packets of %i bytes are named', async (stride) => {
  const streams = [
    { type: 0x02, pid: 0x100, descriptors: [0x52, 180, ...new Array(180).fill(0)], packetId: 0xe0 },
    { type: 0x06, pid: 0x101, descriptors: registered('Opus'), packetId: 0xbd },
    { type: 0x06, pid: 0x102, packetId: 0xc0 },
  ];
  expect(await passedOver(transportStream(streams, stride))).toEqual([
    { kind: 'video', codec: 'MPEG-2' },
    { kind: 'audio', codec: 'Opus' },
    { kind: 'audio', codec: 'of stream type 0x06' },
  ]);
});

test('what the demuxer knows, what is neither picture nor sound, and what has no packets is left out', async () => {
  const streams = [
    { type: 0x1b, pid: 0x100, packetId: 0xe0 },
    { type: 0x0f, pid: 0x101, packetId: 0xc0 },
    { type: 0x06, pid: 0x102, descriptors: [0x6a, 1, 0], packetId: 0xbd },
    { type: 0x06, pid: 0x103, descriptors: registered('DTS1'), packetId: 0xbd },
    { type: 0x06, pid: 0x104, descriptors: [0x59, 0], packetId: 0xbd },
    { type: 0x02, pid: 0x105 },
  ];
  expect(await passedOver(transportStream(streams))).toEqual([]);
  expect(await passedOver(new Uint8Array(5000).fill(0x47))).toEqual([]);
});
