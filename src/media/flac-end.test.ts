import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadNativeCodecs } from './native-codecs-node.ts';
import { openMedia } from './open-media-node.ts';

const blockSize = 4096;
const sampleRate = 8000;

/** Checksums of FLAC frames, highest bit first, from 0. */
function checksum(bytes: readonly number[], bits: 8 | 16, polynomial: number): number {
  let sum = 0;
  for (const byte of bytes) {
    sum ^= byte << (bits - 8);
    for (let bit = 0; bit < 8; bit++) sum = (sum << 1) ^ (sum >> (bits - 1) ? polynomial | (1 << bits) : 0);
  }
  return sum;
}

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
        [0, 2 * blockSize],
      ] as const) {
        const path = join(folder, 'silence.flac');
        writeFileSync(path, silentFlac(3, stated));
        const media = await openMedia(path);
        expect(media.duration).toBeCloseTo(right / sampleRate, 6);
        expect((await media.readWaveform(0, media.duration)).samples).toEqual(new Float32Array(right));
        await media.close();
      }
      const cut = join(folder, 'cut.flac');
      writeFileSync(cut, silentFlac(3, 100 * blockSize));
      await expect(openMedia(cut)).rejects.toThrow(
        /cut\.flac is damaged or cut short \(1\.02 of the 51\.20 s that its header states are there\)/,
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
);
