// One level for a whole file. Set for each window by itself, a network's masks would jump from one window to the next.
import { readSound } from '../../data/read-sound.ts';
import type { Media } from '../../media/media.ts';
import { mixtureLevel } from './mix.ts';

const secondsAtOnce = 20;

/** What an open clip's sound is multiplied with to be as loud as mixtures are in training; 1 for silence. */
export async function fileGain(media: Media, sampleRate: number): Promise<number> {
  const length = Math.ceil(media.duration * sampleRate);
  const step = secondsAtOnce * sampleRate;
  let energy = 0;
  for (let first = 0; first < length; first += step)
    for (const value of await readSound(media, first, Math.min(step, length - first), sampleRate)) energy += value ** 2;
  return energy > 0 ? mixtureLevel / Math.sqrt(energy / length) : 1;
}
