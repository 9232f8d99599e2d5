import { expect, test } from 'vitest';
import { mp3Presentation } from './mp3-delay.ts';

/** An empty first frame of MPEG-1 Layer III at 44,100 hertz with an Info tag, after an ID3 tag of 300 bytes. */
function firstFrame(channelMode: number, encoder: string): Buffer {
  const id3 = Buffer.alloc(310);
  id3.write('ID3\x04', 'latin1');
  // 300 as four times seven bits.
  id3.set([0, 0, 2, 44], 6);
  const frame = Buffer.alloc(417);
  frame.set([0xff, 0xfb, 0x90, channelMode << 6]);
  const tag = channelMode === 3 ? 21 : 36;
  frame.write('Info', tag);
  // The fields for frames, bytes, table of contents and quality are there.
  frame.writeUInt32BE(15, tag + 4);
  frame.writeUInt32BE(40, tag + 8);
  frame.write(encoder, tag + 120);
  // 576 samples before and 1404 after, 12 bits each.
  frame.set([0x24, 0x05, 0x7c], tag + 141);
  return Buffer.concat([id3, frame]);
}

const presentationOf = (bytes: Buffer) =>
  mp3Presentation(async (position, length) => bytes.subarray(position, position + length));

test.each([0, 1, 3])('channel mode %i: delay, the decoder’s 529 samples and padding are left out', async (mode) => {
  // 40 frames of 1152 samples are 44,100 and what surrounds them.
  expect(await presentationOf(firstFrame(mode, 'LAME3.100'))).toEqual([
    { start: 0, end: 1, mediaStart: 1105 / 44_100 },
  ]);
});

test('a file whose encoder states no delay, is of another kind or empty has no presentation of its own', async () => {
  expect(await presentationOf(firstFrame(3, 'Other'))).toBeUndefined();
  expect(await presentationOf(Buffer.alloc(5000))).toBeUndefined();
  expect(await presentationOf(Buffer.alloc(0))).toBeUndefined();
});
