// Things that sound for a while: callers, rolling, pouring.
import type { Random } from '../../random.ts';
import type { MotionOf } from '../motion.ts';
import { createResonator, sampleRate } from './waves.ts';

const between = (random: Random, low: number, high: number) => low + (high - low) * random.uniform();

/** Notes that glide and tremble, with breath around them. */
export function addWhistle(samples: Float32Array, { events }: MotionOf<'calls'>, size: number, random: Random): void {
  const pitch = (between(random, 2100, 2700) * 0.46) / size;
  const tremble = between(random, 5, 9);
  const depth = between(random, 0.005, 0.03);
  const breath = createResonator();
  for (const note of events) {
    const first = Math.round(note.time * sampleRate);
    const length = Math.min(Math.round(note.duration * sampleRate), samples.length - first);
    let phase = 0;
    for (let offset = 0; offset < length; offset++) {
      const seconds = offset / sampleRate;
      const glide = note.from * (note.to / note.from) ** (offset / length);
      const frequency = pitch * glide * (1 + depth * Math.sin(2 * Math.PI * tremble * seconds));
      phase += (2 * Math.PI * frequency) / sampleRate;
      const level = note.strength * Math.min(1, seconds / 0.008, (length - offset) / (0.04 * sampleRate));
      const air = breath(2 * random.uniform() - 1, frequency, 4);
      samples[first + offset]! += level * (0.28 * Math.sin(phase) + 0.04 * Math.sin(2 * phase) + 0.25 * air);
    }
  }
}

/** A low rumble whose loudness and brightness follow the speed, with a bump at each panel that passes. */
export function addRumble(samples: Float32Array, { events }: MotionOf<'roll'>, size: number, random: Random): void {
  const pitch = (between(random, 160, 240) * 0.46) / size;
  const body = createResonator();
  const surface = createResonator();
  for (const push of events) {
    const first = Math.round(push.time * sampleRate);
    const length = Math.min(Math.round(push.duration * sampleRate), samples.length - first);
    for (let offset = 0; offset < length; offset++) {
      const speed = 1 - offset / length;
      const place = 1 - speed * speed;
      const bump = 0.65 + 0.35 * Math.sin(2 * Math.PI * 7 * Math.abs(push.to - push.from) * place);
      const noise = 2 * random.uniform() - 1;
      const attack = Math.min(1, offset / (0.005 * sampleRate));
      const level = attack * push.strength * speed ** 0.6 * bump;
      samples[first + offset]! +=
        level * (1.5 * body(noise, pitch * (0.7 + 0.6 * speed), 2) + 0.5 * surface(noise, 500 + 900 * speed, 1));
    }
  }
}

/** Water into a glass: the air left above it resonates, higher as it gets shorter; and bubbles. */
export function addPour(
  samples: Float32Array,
  { events, end, from, to }: MotionOf<'pour'>,
  size: number,
  random: Random,
): void {
  const start = events[0]!.time;
  const first = Math.round(start * sampleRate);
  const last = Math.min(samples.length, Math.round(end * sampleRate));
  // A tube closed at one end: a quarter of the wave fits into the air column.
  const empty = (between(random, 380, 480) * 0.46) / size;
  const air = createResonator();
  const overtone = createResonator();
  const splash = createResonator();
  for (let index = first; index < last; index++) {
    const level = from + ((to - from) * (index - first)) / (last - first);
    const frequency = empty / (1.12 - level);
    const noise = 2 * random.uniform() - 1;
    const edge = Math.min(1, (index - first) / (0.008 * sampleRate), (last - index) / (0.06 * sampleRate));
    samples[index]! +=
      edge *
      (1.5 * air(noise, frequency, 9) + 0.6 * overtone(noise, 3 * frequency, 9) + 0.35 * splash(noise, 5200, 0.8));
  }
  for (let time = start; time < end - 0.05; time += between(random, 0.005, 0.05))
    addBubble(samples, time, between(random, 600, 2400), random);
}

/** A small bubble's ring: it rises a little and dies in some ten milliseconds. */
function addBubble(samples: Float32Array, time: number, pitch: number, random: Random): void {
  const first = Math.round(time * sampleRate);
  const decay = between(random, 0.004, 0.012) * sampleRate;
  const amplitude = between(random, 0.02, 0.1);
  let phase = 0;
  for (let offset = 0; offset < 5 * decay && first + offset < samples.length; offset++) {
    phase += (2 * Math.PI * pitch * (1 + (0.1 * offset) / decay)) / sampleRate;
    samples[first + offset]! += amplitude * Math.exp(-offset / decay) * Math.sin(phase);
  }
}
