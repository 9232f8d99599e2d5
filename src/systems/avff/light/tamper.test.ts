import { describe, expect, test } from 'vitest';
import { drawTampering, tamperingKinds } from '../../../data/tampering.ts';
import { createRandom } from '../../../random.ts';
import { bands, frameCount, frameSize, type Streams } from './reading.ts';
import { tamper } from './tamper.ts';

const pixels = frameSize ** 2;

/** Streams whose every value says its frame, or its step of sound, and the clip. */
function numbered(frames: number, clip = 0): Streams {
  return {
    frames: Uint8Array.from({ length: frames * pixels }, (_, i) => Math.floor(i / pixels) + clip),
    energies: Float32Array.from({ length: frames * 2 * bands }, (_, i) => Math.floor(i / bands) + clip),
  };
}
const shown = ({ frames }: Streams) => Array.from({ length: frames.length / pixels }, (_, i) => frames[i * pixels]!);
const heard = ({ energies }: Streams) =>
  Array.from({ length: energies.length / bands }, (_, i) => energies[i * bands]!);
const upTo = (count: number, start = 0) => Array.from({ length: count }, (_, i) => start + i);

describe('tampering', () => {
  test("an exchanged sound is the other clip's from its beginning, as long as both last", () => {
    const { streams, fakePeriods } = tamper(numbered(50), { kind: 'exchanged-sound', other: 'b' }, numbered(40, 100));
    expect(shown(streams)).toEqual(upTo(40));
    expect(heard(streams)).toEqual(upTo(80, 100));
    expect(fakePeriods).toEqual([{ start: 0, end: 40 / 25 }]);
  });

  test('a late sound stands beside later frames, and what has no partner is cut off', () => {
    const late = tamper(numbered(50), { kind: 'shifted-sound', seconds: 0.4 }).streams;
    expect([shown(late), heard(late)]).toEqual([upTo(40, 10), upTo(80)]);
    const early = tamper(numbered(50), { kind: 'shifted-sound', seconds: -0.4 }).streams;
    expect([shown(early), heard(early)]).toEqual([upTo(40), upTo(80, 20)]);
  });

  test('a side that runs faster skips, and ends where it has no more', () => {
    const picture = tamper(numbered(51), { kind: 'retimed-picture', factor: 1.25 }).streams;
    expect(shown(picture).slice(0, 6)).toEqual([0, 1, 3, 4, 5, 6]);
    expect([frameCount(picture), heard(picture)]).toEqual([41, upTo(82)]);
    const sound = tamper(numbered(51), { kind: 'retimed-sound', factor: 1.25 }).streams;
    expect(heard(sound).slice(0, 5)).toEqual([0, 1, 3, 4, 5]);
    expect(shown(sound)).toEqual(upTo(41));
  });

  test("a side that runs slower repeats, within the clip's length", () => {
    const { streams } = tamper(numbered(50), { kind: 'retimed-picture', factor: 0.8 });
    expect(shown(streams).slice(0, 6)).toEqual([0, 1, 2, 2, 3, 4]);
    expect(frameCount(streams)).toBe(50);
  });

  test('a reversed picture runs backwards beside its sound', () => {
    const { streams } = tamper(numbered(20), { kind: 'reversed-picture' });
    expect([shown(streams), heard(streams)]).toEqual([upTo(20).toReversed(), upTo(40)]);
  });

  test('a frozen picture repeats the frame at which it froze, and only that period is fake', () => {
    const period = { start: 0.2, end: 0.4 };
    const { streams, fakePeriods } = tamper(numbered(15), { kind: 'frozen-picture', period });
    expect(shown(streams)).toEqual([0, 1, 2, 3, 4, 5, 5, 5, 5, 5, 10, 11, 12, 13, 14]);
    expect(fakePeriods).toEqual([period]);
  });

  test('a replaced picture shows the other clip for a period', () => {
    const period = { start: 0.2, end: 0.4 };
    const original = numbered(15);
    const { streams } = tamper(original, { kind: 'replaced-picture', other: 'b', period }, numbered(9, 100));
    expect(shown(streams)).toEqual([0, 1, 2, 3, 4, 100, 101, 102, 103, 104, 10, 11, 12, 13, 14]);
    expect(shown(original)).toEqual(upTo(15));
  });
});

describe('draws', () => {
  const drawMany = (others: readonly string[]) =>
    upTo(300).map((n) => drawTampering(createRandom('tampering', n), { seconds: 6, others }));

  test('every kind occurs, each within its limits', () => {
    const drawn = drawMany(['b', 'c']);
    expect(new Set(drawn.map(({ kind }) => kind))).toEqual(new Set(tamperingKinds));
    for (const tampering of drawn) {
      if ('seconds' in tampering) {
        expect(Math.abs(tampering.seconds)).toBeGreaterThanOrEqual(0.3);
        expect(Math.abs(tampering.seconds)).toBeLessThan(1);
      }
      if ('factor' in tampering) expect(Math.abs(tampering.factor - 1)).toBeCloseTo(0.14, 1);
      if ('period' in tampering) {
        expect(tampering.period.end - tampering.period.start).toBeCloseTo(2, 12);
        expect(tampering.period.end).toBeLessThanOrEqual(6);
      }
    }
  });

  test('without other clips nothing is exchanged or replaced, and equal names give equal draws', () => {
    const drawn = drawMany([]);
    expect(drawn.filter((tampering) => 'other' in tampering)).toEqual([]);
    expect(drawMany([])).toEqual(drawn);
  });
});
