import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { checksum, shortLastFrame, withoutTag } from './flac-frames.ts';
import { loadNativeCodecs } from './native-codecs-node.ts';
import { openMedia } from './open-media-node.ts';

const blockSize = 4096;
const sampleRate = 8000;

/** 4096 samples of silence (RFC 9639, 9): one channel of 16 bits, its one subframe a constant. */
function silentFrame(index: number): number[] {
  const header = [0xff, 0xf8, 0xc0, 0x08, index];
  const frame = [...header, checksum(header, 8, 0x07), 0x00, 0x00, 0x00];
  const sum = checksum(frame, 16, 0x8005);
  return [...frame, sum >> 8, sum & 0xff];
}

/** `samples` is what the header says. */
function silentFlac(frames: number, samples: number): Uint8Array {
  const information = Buffer.alloc(34);
  information.writeUInt16BE(blockSize, 0);
  information.writeUInt16BE(blockSize, 2);
  information.writeBigUInt64BE((BigInt(sampleRate) << 44n) | (15n << 36n) | BigInt(samples), 10);
  const body = Array.from({ length: frames }, (_, index) => silentFrame(index)).flat();
  return Uint8Array.from([...Buffer.from('fLaC'), 0x80, 0, 0, 34, ...information, ...body]);
}

test.skipIf(!loadNativeCodecs())(
  'a last frame of a few bytes of silence counts, and a file that is cut short is refused',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'duet-flac-'));
    try {
      for (const [stated, right] of [
        [3 * blockSize, 3 * blockSize],
        [0, 3 * blockSize],
        [blockSize, blockSize],
        [0, blockSize],
      ] as const) {
        const path = join(folder, 'silence.flac');
        writeFileSync(path, silentFlac(right / blockSize, stated));
        const media = await openMedia(path);
        expect(media.duration).toBeCloseTo(right / sampleRate, 6);
        expect((await media.readWaveform(0, media.duration)).samples).toEqual(new Float32Array(right));
        await media.close();
      }
      const cut = join(folder, 'cut.flac');
      for (const [frames, stated] of [
        [3, 100 * blockSize],
        [3, 3 * blockSize + 1],
        [1, blockSize + 1],
      ] as const) {
        writeFileSync(cut, silentFlac(frames, stated));
        await expect(openMedia(cut)).rejects.toThrow(
          `cut.flac is damaged or cut short (${frames * blockSize} of the ${stated} samples that its header states are there)`,
        );
      }
      for (const bytes of [1, 5, 11]) {
        writeFileSync(cut, silentFlac(3, 3 * blockSize).subarray(0, -bytes));
        await expect(openMedia(cut)).rejects.toThrow(`cut short (${2 * blockSize} of the ${3 * blockSize} samples`);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
);

test('a last frame of few bytes is told by its checksums, whatever its length says', () => {
  expect(shortLastFrame(Uint8Array.from([1, 2, 3, ...silentFrame(5)]))).toBe(blockSize);
  expect(shortLastFrame(Uint8Array.from([...silentFrame(5), 1]))).toBe(0);
  const header = [0xff, 0xf9, 0x60, 0x08, 0xc4, 0x80, 99];
  const frame = [...header, checksum(header, 8, 0x07), 0, 0, 0];
  const sum = checksum(frame, 16, 0x8005);
  expect(shortLastFrame(Uint8Array.from([...frame, sum >> 8, sum & 0xff]))).toBe(100);
});

test('a tag at the end of the last frame is no part of it', () => {
  const tagged = Uint8Array.from([...silentFrame(0), ...Buffer.from('TAG'.padEnd(128, ' '))]);
  expect(withoutTag(tagged)).toEqual(Uint8Array.from(silentFrame(0)));
  expect(withoutTag(tagged.subarray(1))).toEqual(tagged.subarray(1));
});
