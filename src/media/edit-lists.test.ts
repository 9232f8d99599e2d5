// Edit lists written into a small file, and what is read of it. What a player plays is by definition
// (ISO/IEC 14496-12, 8.6.6): each edit's media, one after another.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { encodedClip } from './encoded-clip.test-data.ts';
import type { Media } from './media.ts';
import { openMedia } from './open-media-node.ts';

const folder = mkdtempSync(join(tmpdir(), 'duet-edits-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const rate = 1000;
/** Seconds; `from` is a time of the media, or undefined for an edit that shows nothing. */
type Edit = { readonly seconds: number; readonly from: number | undefined; readonly speed?: number };

const containers = ['moov', 'trak', 'mdia', 'minf', 'stbl'];

/** Where each box of a kind begins. */
function places(bytes: Buffer, type: string, from = 0, to = bytes.length): number[] {
  const found: number[] = [];
  for (let position = from; position + 8 <= to; position += bytes.readUInt32BE(position)) {
    const name = bytes.toString('latin1', position + 4, position + 8);
    const end = position + bytes.readUInt32BE(position);
    if (name === type) found.push(position);
    else if (containers.includes(name)) found.push(...places(bytes, type, position + 8, end));
  }
  return found;
}

/** Two seconds of a ramp: the sample at media time t is t * 1000. */
async function rampWith(edits: readonly Edit[]): Promise<Media> {
  const samples = Int16Array.from({ length: 2 * rate }, (_, index) => index);
  const sound = { sampleRate: rate, channels: 1, packets: [{ time: 0, samples }] };
  const clip = await encodedClip({ container: 'mov', width: 0, height: 0, times: [], end: 0, luma: () => 0, sound });
  const bytes = Buffer.from(clip);
  const timescale = (box: string) => bytes.readUInt32BE(places(bytes, box)[0]! + 20);
  const list = Buffer.alloc(24 + edits.length * 12);
  list.writeUInt32BE(list.length, 0);
  list.write('edts', 4);
  list.writeUInt32BE(list.length - 8, 8);
  list.write('elst', 12);
  list.writeUInt32BE(edits.length, 20);
  for (const [index, { seconds, from, speed = 1 }] of edits.entries()) {
    const place = 24 + index * 12;
    list.writeUInt32BE(Math.round(seconds * timescale('mvhd')), place);
    list.writeInt32BE(from === undefined ? -1 : Math.round(from * timescale('mdhd')), place + 4);
    list.writeUInt32BE(speed * 65_536, place + 8);
  }
  const [moov, trak, mdia] = ['moov', 'trak', 'mdia'].map((box) => places(bytes, box)[0]!);
  for (const box of [moov!, trak!]) bytes.writeUInt32BE(bytes.readUInt32BE(box) + list.length, box);
  if (moov! < places(bytes, 'mdat')[0]!)
    for (const box of places(bytes, 'stco')) {
      const count = bytes.readUInt32BE(box + 12);
      for (let place = box + 16; place < box + 16 + count * 4; place += 4)
        bytes.writeUInt32BE(bytes.readUInt32BE(place) + list.length, place);
    }
  const path = join(folder, 'edits.mov');
  writeFileSync(path, Buffer.concat([bytes.subarray(0, mdia), list, bytes.subarray(mdia)]));
  return openMedia(path);
}

async function levels(media: Media, times: readonly number[]): Promise<number[]> {
  const { samples } = await media.readWaveform(0, media.duration + 0.2);
  return times.map((time) => Math.round(samples[Math.round(time * rate)]! * 32_768));
}

test.each<[string, Edit[], number, [number, number][]]>([
  [
    'all of the media',
    [{ seconds: 2, from: 0 }],
    2,
    [
      [0.5, 500],
      [1.9, 1900],
      [2.1, 0],
    ],
  ],
  [
    'two edits',
    [
      { seconds: 0.5, from: 0.25 },
      { seconds: 0.5, from: 1.25 },
    ],
    1,
    [
      [0, 250],
      [0.499, 749],
      [0.5, 1250],
      [0.999, 1749],
      [1.1, 0],
    ],
  ],
  [
    'edits that go back and leave a pause',
    [
      { seconds: 0.5, from: 1 },
      { seconds: 0.25, from: undefined },
      { seconds: 0.5, from: 0.1 },
    ],
    1.25,
    [
      [0.1, 1100],
      [0.6, 0],
      [0.75, 100],
      [1.2, 550],
    ],
  ],
  [
    'an edit that ends before the media',
    [{ seconds: 0.8, from: 0.2 }],
    0.8,
    [
      [0.1, 300],
      [0.799, 999],
      [0.81, 0],
    ],
  ],
  [
    'an edit that ends after the media',
    [{ seconds: 5, from: 0.5 }],
    1.5,
    [
      [0.1, 600],
      [1.499, 1999],
    ],
  ],
  // The clock begins with the first track, here after the pause, and not with the decoder's run-up.
  [
    'a pause before media whose beginning is skipped',
    [
      { seconds: 0.5, from: undefined },
      { seconds: 1, from: 0.1 },
    ],
    1,
    [
      [0, 100],
      [0.9, 1000],
    ],
  ],
  [
    'an open end',
    [{ seconds: 0, from: 0.5 }],
    1.5,
    [
      [0, 500],
      [1.4, 1900],
    ],
  ],
])('%s', async (_, edits, duration, expected) => {
  const media = await rampWith(edits);
  expect(media.duration).toBeCloseTo(duration, 6);
  const times = expected.map(([time]) => time);
  expect(await levels(media, times)).toEqual(expected.map(([, level]) => level));
  const { samples } = await media.readWaveform(times[0]!, times[0]! + 0.01);
  expect(Math.round(samples[0]! * 32_768)).toBe(expected[0]![1]);
  await media.close();
});

test('an edit at another speed is refused', async () => {
  await expect(rampWith([{ seconds: 1, from: 0, speed: 2 }])).rejects.toThrow(
    /edit list that plays at 2 times the speed/,
  );
});
