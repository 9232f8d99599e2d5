// What the room does to a sound: reverberation, noise, hum.
import type { Random } from '../../random.ts';
import type { Room } from '../scene.ts';
import { sampleRate } from './waves.ts';

/** The sound as it reaches the microphone; nothing of it comes earlier than it was. */
export function inRoom(dry: Float32Array, room: Room, random: Random): Float32Array {
  const heard = new Float32Array(dry.length);
  const echo = reverberate(dry, room.decay);
  let smooth = 0;
  // The gain that gives the smoothed noise a root mean square of one.
  const keep = room.dullness;
  const level = room.noise * Math.sqrt((3 * (1 + keep)) / (1 - keep));
  for (let index = 0; index < dry.length; index++) {
    smooth += (1 - keep) * (2 * random.uniform() - 1 - smooth);
    const hum = room.hum * Math.sin((2 * Math.PI * 100 * index) / sampleRate);
    heard[index] = Math.tanh(dry[index]! + room.wet * echo[index]! + level * smooth + hum);
  }
  return heard;
}

/** Schroeder's reverberator (1962): combs side by side, then all-passes in a row. */
function reverberate(dry: Float32Array, decay: number): Float32Array {
  const sum = new Float32Array(dry.length);
  for (const seconds of [0.0297, 0.0371, 0.0411, 0.0437]) {
    const delay = Math.round(seconds * sampleRate);
    const feedback = 10 ** ((-3 * seconds) / decay);
    const line = new Float32Array(dry.length);
    for (let index = delay; index < dry.length; index++) {
      line[index] = dry[index - delay]! + feedback * line[index - delay]!;
      sum[index]! += line[index]! / 2;
    }
  }
  return [0.005, 0.0017].reduce((input, seconds) => {
    const delay = Math.round(seconds * sampleRate);
    const output = new Float32Array(input.length);
    for (let index = 0; index < input.length; index++) {
      const earlier = index >= delay ? input[index - delay]! + 0.7 * output[index - delay]! : 0;
      output[index] = earlier - 0.7 * input[index]!;
    }
    return output;
  }, sum);
}
