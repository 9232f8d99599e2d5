// The sound of a clip, made from the same motion as its frames.
import type { Random } from '../random.ts';
import type { Waveform } from '../signal/waveform.ts';
import type { SoundName } from './classes.ts';
import { clipSeconds, type Motion, type MotionOf } from './motion.ts';
import { addChime, addKnock, addRing, addThud, addTick } from './sounds/struck.ts';
import { addPour, addRumble, addWhistle } from './sounds/sustained.ts';
import { sampleRate } from './sounds/waves.ts';

/**
 * The sound before the room, at 24 kHz. `size` is the sounding object's height as a fraction of the frame:
 * what is larger sounds lower and, being nearer, louder.
 */
export function synthesise(sound: SoundName, motion: Motion, size: number, random: Random): Waveform {
  const samples = new Float32Array(clipSeconds * sampleRate);
  switch (sound) {
    case 'ring':
      addRing(samples, motion.events, size, random);
      break;
    case 'knock':
      addKnock(samples, motion.events, size, random);
      break;
    case 'tick':
      addTick(samples, motion.events, size, random);
      break;
    case 'chime':
      addChime(samples, motion.events, size, random);
      break;
    case 'thud':
      addThud(samples, motion.events, size, random);
      break;
    case 'whistle':
      addWhistle(samples, motion as MotionOf<'calls'>, size, random);
      break;
    case 'rumble':
      addRumble(samples, motion as MotionOf<'roll'>, size, random);
      break;
    case 'pour':
      addPour(samples, motion as MotionOf<'pour'>, size, random);
      break;
  }
  const loudness = (0.7 + 0.3 * random.uniform()) * (size / 0.4) ** 1.2;
  for (let index = 0; index < samples.length; index++) samples[index]! *= loudness;
  return { samples, sampleRate };
}
