import { describe, expect, test } from 'vitest';
import { createRandom } from '../random.ts';
import { clipSeconds, tamperedClip } from './tampered-clip.ts';
import { drawTampering, type Tampering, tamperingKinds } from './tampering.ts';

const own = (time: number) => ({ of: 'own', time });
const period = { start: 2, end: 4 };

describe('a clip of 6 s', () => {
  const cases: readonly (readonly [Tampering, number, object, object])[] = [
    [{ kind: 'exchanged-sound', other: 'b' }, 1, own(1), { of: 'other', time: 0, speed: 1 }],
    // Late sound: what is heard was recorded before what is shown.
    [{ kind: 'shifted-sound', seconds: 0.4 }, 1, own(1.4), { ...own(0), speed: 1 }],
    [{ kind: 'shifted-sound', seconds: -0.4 }, 1, own(1), { ...own(0.4), speed: 1 }],
    [{ kind: 'retimed-sound', factor: 1.14 }, 1, own(1), { ...own(0), speed: 1.14 }],
    [{ kind: 'retimed-picture', factor: 0.5 }, 1, own(0.5), { ...own(0), speed: 1 }],
    [{ kind: 'reversed-picture' }, 1, own(5), { ...own(0), speed: 1 }],
    [{ kind: 'frozen-picture', period }, 3, own(2), { ...own(0), speed: 1 }],
    [{ kind: 'replaced-picture', other: 'b', period }, 3, { of: 'other', time: 1 }, { ...own(0), speed: 1 }],
  ];
  test.each(cases)('%o shows and lets hear what it says', (tampering, time, shown, heard) => {
    const clip = tamperedClip(6, tampering);
    expect([clip.shown(time), clip.heard]).toEqual([shown, heard]);
    expect(clip.fakePeriods).toEqual('period' in tampering ? [period] : [{ start: 0, end: 6 }]);
    if ('period' in tampering) expect(clip.shown(4)).toEqual(own(4));
  });

  test('as it is shows and lets hear what was recorded together', () => {
    const clip = tamperedClip(6, undefined);
    expect([clip.shown(3), clip.heard, clip.fakePeriods]).toEqual([own(3), { ...own(0), speed: 1 }, []]);
  });
});

test('no tampering asks for more than a recording has', () => {
  for (const recorded of [4, 6.5, 60]) {
    const seconds = clipSeconds(recorded);
    for (let n = 0; n < 200; n++) {
      const choice = { seconds, others: ['b'] };
      const tampering = drawTampering(createRandom('asked', n), choice, [tamperingKinds[n % tamperingKinds.length]!]);
      const { shown, heard } = tamperedClip(seconds, tampering);
      const latest = Math.max(shown(0).time, shown(seconds).time, heard.time + seconds * heard.speed);
      expect(latest).toBeLessThanOrEqual(recorded + 1e-9);
    }
  }
});
