// Small clips for this folder's tests: a picture and a sound each, both different for every name.
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { createRandom } from '../random.ts';
import type { InputSettings } from './settings.ts';

export const smallSettings: InputSettings = {
  imageSize: 32,
  mean: [0.5, 0.4, 0.3],
  std: [0.2, 0.2, 0.2],
  frontEnd: 'ave',
  spectrogramSize: [24, 40],
  resizeFilter: 'bicubic',
};

/** `counts[label]` clips per class as `folder/<label>/<number>.png` and `.wav`, `seconds` long. */
export async function writeClips(
  folder: string,
  counts: Readonly<Record<string, number>>,
  seconds = 0.5,
): Promise<void> {
  for (const [label, count] of Object.entries(counts)) {
    for (let index = 0; index < count; index++) await writeClip(join(folder, label, String(index)), seconds);
  }
}

/** One clip at `stem.png` and `stem.wav`. */
export async function writeClip(stem: string, seconds: number): Promise<void> {
  const random = createRandom('clip', stem.split('/').slice(-2).join('/'));
  await mkdir(dirname(stem), { recursive: true });
  const [width, height] = [56, 40];
  const pixels = Uint8Array.from({ length: width * height * 3 }, () => random.integer(256));
  await sharp(pixels, { raw: { width, height, channels: 3 } })
    .png({ compressionLevel: 1 })
    .toFile(`${stem}.png`);
  await writeFile(
    `${stem}.wav`,
    wav(
      Float32Array.from({ length: Math.round(seconds * 8000) }, () => random.normal() * 0.1),
      8000,
    ),
  );
}

/** One channel of 16-bit PCM. */
export function wav(samples: Float32Array, sampleRate: number): Buffer {
  const bytes = Buffer.alloc(44 + samples.length * 2);
  bytes.write('RIFF', 0);
  bytes.writeUInt32LE(36 + samples.length * 2, 4);
  bytes.write('WAVEfmt ', 8);
  bytes.writeUInt32LE(16, 16);
  bytes.writeUInt16LE(1, 20);
  bytes.writeUInt16LE(1, 22);
  bytes.writeUInt32LE(sampleRate, 24);
  bytes.writeUInt32LE(sampleRate * 2, 28);
  bytes.writeUInt16LE(2, 32);
  bytes.writeUInt16LE(16, 34);
  bytes.write('data', 36);
  bytes.writeUInt32LE(samples.length * 2, 40);
  samples.forEach(
    (sample, index) => void bytes.writeInt16LE(Math.round(Math.max(-1, Math.min(1, sample)) * 32_767), 44 + index * 2),
  );
  return bytes;
}
