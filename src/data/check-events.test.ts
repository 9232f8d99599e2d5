import { expect, test } from 'vitest';
import { checkEvents } from './check-events.ts';

const event = (start: number, end: number, label = 'dog') => ({ start, end, label });
const limits = { fewestEvents: 3, shortest: 0.5, longest: 64 };

test('events are found that no model could learn from, and no others', () => {
  const clips = [
    { clip: 'a', duration: 10, events: [event(0, 4), event(3, 5), event(3.5, 4.5, 'cat'), event(9, 10.05)] },
    { clip: 'b', duration: 10, events: [event(5, 4), event(9, 12, 'cat'), event(-1, 2), event(8, 8.2)] },
    { clip: 'c', events: [event(100, 200)] },
  ];
  const found = checkEvents(clips, limits);
  expect(found.events).toBe(9);
  expect(found.reversed).toEqual([{ clip: 'b', ...event(5, 4) }]);
  expect(found.outside).toEqual([
    { clip: 'b', ...event(9, 12, 'cat') },
    { clip: 'b', ...event(-1, 2) },
  ]);
  expect(found.overlapping).toEqual([{ clip: 'a', ...event(3, 5) }]);
  expect(found.tooShort).toEqual([{ clip: 'b', ...event(8, 8.2) }]);
  expect(found.tooLong).toEqual([{ clip: 'c', ...event(100, 200) }]);
  expect(found.imperceptible).toEqual([]);
  expect(found.scarce).toEqual([{ label: 'cat', events: 2 }]);
});

test('events of one class that touch do not overlap, nor what is seen and what is heard of one', () => {
  const lists = [[event(0, 2), event(2, 3)], [event(0, 2)]];
  const { overlapping } = checkEvents(
    lists.map((events) => ({ clip: 'a', events })),
    limits,
  );
  expect(overlapping).toEqual([]);
});

test('nothing is heard in a clip without sound, and nothing seen in one without picture', () => {
  const clip = (name: string, sense: 'seen' | 'heard' | 'both', lacks?: 'picture' | 'sound') => ({
    ...{ clip: name, sense, lacks, events: [event(1, 3)] },
  });
  const clips = [
    clip('a', 'heard', 'sound'),
    clip('b', 'seen', 'sound'),
    clip('c', 'both', 'picture'),
    clip('d', 'heard'),
  ];
  expect(checkEvents(clips, limits).imperceptible.map((found) => found.clip)).toEqual(['a', 'c']);
});
