// Clips of people who are computed: a mouth moves as much as its voice is loud.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { encodeClip } from '../src/media/encode-clip.ts';
import { createRandom } from '../src/random.ts';
import type { Picture } from '../src/signal/picture.ts';

const seconds = 5;
const framesPerSecond = 25;
const sampleRate = 16_000;
const side = 56;

/** Writes so many clips, each of another person, as `folder/NAME-0.webm` and so on. */
export async function writeTalkingClips(folder: string, name: string, count: number): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (let index = 0; index < count; index++)
    await writeFile(join(folder, `${name}-${index}.webm`), await talkingClip(`${name} ${index}`));
}

/** Writes one clip whose sound is another person's. */
export async function writeExchanged(file: string): Promise<void> {
  await writeFile(file, await talkingClip('face', 'voice'));
}

/** In VP8 and Opus; the sound is that of `voice`. */
function talkingClip(person: string, voice = person): Promise<Uint8Array> {
  const random = createRandom('talking clip', person);
  const frames = Array.from(syllables(person), (loud): Picture => {
    const mouth = 100 + 120 * loud * random.uniform();
    const data = Uint8Array.from({ length: 3 * side ** 2 }, (_, place) => {
      const [row, column] = [Math.floor(place / 3 / side), Math.floor(place / 3) % side];
      return row >= 32 && row < 48 && column >= 16 && column < 40 ? mouth : 100;
    });
    return { width: side, height: side, data };
  });
  const loudness = syllables(voice);
  const samples = Float32Array.from({ length: seconds * sampleRate }, (_, index) => {
    const loud = loudness[Math.floor((index / sampleRate) * framesPerSecond)]!;
    return (0.001 + 0.15 * loud) * random.normal();
  });
  return encodeClip({ frames, framesPerSecond, sound: { samples, sampleRate } });
}

/** The loudness in each frame, 0 to 1: syllables of a fifth of a second at random times. */
function syllables(voice: string): Float32Array {
  const random = createRandom('syllables', voice);
  const loudness = new Float32Array(seconds * framesPerSecond);
  for (let frame = 0; frame < loudness.length; frame += 5 + random.integer(6))
    for (let n = 0; n < 5 && frame + n < loudness.length; n++)
      loudness[frame + n] = Math.sin((Math.PI * (n + 0.5)) / 5);
  return loudness;
}
