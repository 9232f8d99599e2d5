import { describe, expect, test } from 'vitest';
import { createRandom } from '../../random.ts';
import {
  type ClipRows,
  coincidences,
  cropAtRandom,
  cropped,
  resizedRows,
  rotated,
  stretched,
  withOtherSound,
} from './clip-rows.ts';

const event = (start: number, end: number, label = 0) => ({ start, end, label });
/** Rows that are numbered, in two columns for the picture. */
function clip(steps: number, events: ClipRows['events']): ClipRows {
  const numbers = Array.from({ length: steps }, (_, step) => step);
  return {
    ...{ steps, events },
    visual: Float32Array.from(numbers.flatMap((step) => [step, -step])),
    audio: Float32Array.from(numbers, (step) => 100 + step),
  };
}
const half = { leastOfEvent: 0.5, margin: 2 };

describe('a crop', () => {
  test('keeps events of which enough is in it or just outside, cut to that', () => {
    const events = [event(0, 4), event(2, 12), event(7, 9), event(9, 17), event(18, 20)];
    const crop = cropped(clip(20, { TAL: events }), 5, 5, half);
    expect([...crop.visual]).toEqual([5, -5, 6, -6, 7, -7, 8, -8, 9, -9]);
    // From step 3 to step 12: a quarter of the first, three eighths of the fourth.
    expect(crop.events.TAL).toEqual([event(-2, 7), event(2, 4)]);
  });

  test('that is drawn holds an event if it can, and no more steps than the network takes', () => {
    const long = clip(400, { SED: [event(390, 394)] });
    for (let draw = 0; draw < 20; draw++) {
      const crop = cropAtRandom(long, { ...half, leastKept: 0.1, maxLength: 60 }, createRandom('crop', draw));
      expect(crop.steps).toBeLessThanOrEqual(60);
      expect(crop.steps).toBeGreaterThanOrEqual(40);
      expect(crop.events.SED).toHaveLength(1);
      const { start, end } = crop.events.SED![0]!;
      const first = crop.audio[0]! - 100;
      expect([first + start >= 390, first + end <= 394, end - start >= 2]).toEqual([true, true, true]);
    }
    const empty = cropAtRandom(clip(10, { SED: [] }), { ...half, leastKept: 0.9, maxLength: 60 }, createRandom('crop'));
    expect(empty.steps).toBeGreaterThanOrEqual(9);
  });
});

describe('another tempo', () => {
  test('moves events with the rows they lie on', () => {
    // A row of the halved clip lies between two rows: its events' places are those of the rows' means.
    const halved = stretched(clip(8, { AVEL: [event(1.5, 5.5)] }), 4);
    expect([...halved.audio]).toEqual([100.5, 102.5, 104.5, 106.5]);
    expect(halved.events.AVEL).toEqual([event(0.5, 2.5)]);
    expect([...resizedRows(Float32Array.of(0, 1), 2, 4)]).toEqual([0, 0.25, 0.75, 1]);
  });
});

describe('another sound', () => {
  test('that begins elsewhere has its events there too, one across the seam in two', () => {
    const turned = rotated(clip(10, { SED: [event(1, 3), event(3.5, 6), event(8, 9)] }), 4);
    expect([...turned.audio.subarray(0, 2)]).toEqual([104, 105]);
    expect(turned.audio[6]).toBe(100);
    expect(turned.events.SED).toEqual([event(7, 9), event(9.5, 10), event(0, 2), event(4, 5)]);
  });

  test('brings what is heard along, and only coincidences are both', () => {
    const picture = clip(12, { TAL: [event(2, 9)], SED: [event(2, 9)], AVEL: [event(2, 9)] });
    const sound = clip(10, { TAL: [], SED: [event(0, 10)], AVEL: [] });
    const mixed = withOtherSound(picture, sound, { ...half, leastKept: 1, maxLength: 99 }, createRandom('sound'));
    expect(mixed.steps).toBe(10);
    expect(mixed.visual[0]).toBeLessThan(3);
    expect(mixed.audio.toSorted()).toEqual(sound.audio);
    const heard = mixed.events.SED!.reduce((total, { start, end }) => total + end - start, 0);
    expect(heard).toBeCloseTo(10, 9);
    expect(mixed.events.AVEL).toEqual(coincidences(mixed.events.TAL!, mixed.events.SED!));
  });

  test('coincides where one class is seen and heard for a step or more', () => {
    const seen = [event(0, 4), event(6, 8, 1)];
    const heard = [event(2, 7), event(5, 9, 1), event(3.5, 9)];
    expect(coincidences(seen, heard)).toEqual([event(2, 4), event(6, 8, 1)]);
  });
});
