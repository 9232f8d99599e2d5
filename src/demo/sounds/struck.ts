// Things that are hit: bowls, clockwork, bells, balls.
import type { Random } from '../../random.ts';
import type { Event } from '../motion.ts';
import { addBurst, addModes, type Mode } from './waves.ts';

const between = (random: Random, low: number, high: number) => low + (high - low) * random.uniform();

function modesOf(
  fundamental: number,
  table: readonly (readonly [ratio: number, decay: number, amplitude: number])[],
  strength: number,
): Mode[] {
  return table.map(([ratio, decay, amplitude]) => ({
    frequency: fundamental * ratio,
    decay,
    amplitude: amplitude * strength,
  }));
}

/**
 * Thin metal: few, far apart, inharmonic modes (a free ring's go about as 1, 2.7, 5.2, 8.4), each split in two that
 * beat.
 */
export function addRing(samples: Float32Array, events: readonly Event[], size: number, random: Random): void {
  const fundamental = (between(random, 720, 950) * 0.46) / size;
  const length = between(random, 0.8, 1.4);
  const split = between(random, 1.002, 1.005);
  const table = [
    [1, length, 0.16],
    [split, length, 0.13],
    [2.72, 0.7 * length, 0.12],
    [2.72 * split, 0.7 * length, 0.1],
    [5.2, 0.45 * length, 0.09],
    [8.38, 0.25 * length, 0.06],
  ] as const;
  for (const { time, strength } of events) {
    addModes(samples, time, modesOf(fundamental, table, strength));
    addBurst(samples, time, 0.002, 0.2 * strength, 0.2, random);
  }
}

/** Wood: the same blow, but every mode dies at once. */
export function addKnock(samples: Float32Array, events: readonly Event[], size: number, random: Random): void {
  const fundamental = (between(random, 480, 640) * 0.46) / size;
  const length = between(random, 0.025, 0.045);
  const table = [
    [1, length, 0.5],
    [2.4, 0.7 * length, 0.35],
    [4.3, 0.4 * length, 0.2],
  ] as const;
  for (const { time, strength } of events) {
    addModes(samples, time, modesOf(fundamental, table, strength));
    addBurst(samples, time, 0.005, 0.5 * strength, 0.6, random);
  }
}

/** Clockwork: a dry click, every other one a little lower. */
export function addTick(samples: Float32Array, events: readonly Event[], size: number, random: Random): void {
  const fundamental = (between(random, 2300, 3000) * 0.46) / size;
  const lower = between(random, 0.82, 0.92);
  const table = [
    [1, 0.007, 0.4],
    [1.62, 0.004, 0.35],
    [2.31, 0.003, 0.25],
  ] as const;
  events.forEach(({ time, strength }, index) => {
    addModes(samples, time, modesOf(index % 2 ? fundamental * lower : fundamental, table, strength));
    addBurst(samples, time, 0.0015, 0.5 * strength, 0, random);
  });
}

/** A clock's gong: many low partials, as of a bell (hum, prime, tierce, quint, nominal and above), dying slowly. */
export function addChime(samples: Float32Array, events: readonly Event[], size: number, random: Random): void {
  const fundamental = (between(random, 290, 380) * 0.46) / size;
  const length = between(random, 0.9, 1.5);
  const table = [
    [0.5, 1.2 * length, 0.1],
    [1, length, 0.14],
    [1.2, 0.8 * length, 0.11],
    [1.5, 0.6 * length, 0.09],
    [2, 0.7 * length, 0.12],
    [2.5, 0.4 * length, 0.07],
    [3, 0.35 * length, 0.07],
    [4.2, 0.25 * length, 0.05],
  ] as const;
  for (const { time, strength } of events) {
    addModes(samples, time, modesOf(fundamental, table, strength));
    addBurst(samples, time, 0.004, 0.12 * strength, 0.7, random);
  }
}

/** A rubber ball: a low thump and the slap of the floor, by the speed of the impact. */
export function addThud(samples: Float32Array, events: readonly Event[], size: number, random: Random): void {
  const fundamental = (between(random, 95, 135) * 0.46) / size;
  const table = [
    [1, 0.05, 0.6],
    [1.9, 0.025, 0.35],
    [3.1, 0.012, 0.2],
  ] as const;
  for (const { time, strength } of events) {
    addModes(samples, time, modesOf(fundamental, table, strength));
    addBurst(samples, time, 0.008, 0.7 * strength, 0.85, random);
  }
}
