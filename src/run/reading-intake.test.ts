import { expect, test } from 'vitest';
import { fakeMedia } from '../data/fake-media.test-data.ts';
import type { Intake } from '../data/intake.ts';
import { nodeSessions } from '../runtime/session-node.ts';
import type { ClipReader } from '../systems/system.ts';
import { readingIntake } from './reading-intake.ts';

const never = (): never => {
  throw new Error('not without a session');
};
const intake: Intake = { key: 'seconds', plan: () => [], row: async () => ({}), read: never, windows: never };
const media = fakeMedia(8000, 2);

test('a reader is opened for the first clip, reads one after another also when one fails, and is released', async () => {
  const told: string[] = [];
  let reads = 0;
  const reader = async (): Promise<ClipReader> => {
    told.push('opened');
    return {
      async read({ duration }) {
        const number = ++reads;
        told.push(`begins ${number}`);
        await new Promise((resolve) => setTimeout(resolve, 5));
        told.push(`ends ${number}`);
        if (number === 1) throw new Error('damaged');
        return { arrays: { seconds: { shape: [1], data: Float32Array.of(duration) } } };
      },
      async *windows({ duration }) {
        yield { start: 0, end: duration, inputs: {} };
      },
      release: async () => void told.push('released'),
    };
  };
  const sessions = nodeSessions({ threads: 1 });
  const reading = readingIntake({ intake, reader }, () => sessions);
  expect(told).toEqual([]);
  const [first, second] = await Promise.allSettled([reading.intake.read(media), reading.intake.read(media)]);
  expect(first).toMatchObject({ status: 'rejected', reason: { message: 'damaged' } });
  expect(second).toMatchObject({ value: { arrays: { seconds: { data: Float32Array.of(2) } } } });
  for await (const { end } of reading.intake.windows(media, {})) expect(end).toBe(2);
  await reading.release();
  expect(told).toEqual(['opened', 'begins 1', 'ends 1', 'begins 2', 'ends 2', 'released']);
  expect(reading.intake.key).toBe('seconds');
});

test('an intake that reads by itself stays as it is, and a reader that nobody asked is not opened', async () => {
  expect(readingIntake({ intake }, never).intake).toBe(intake);
  await readingIntake({ intake, reader: never }, never).release();
});
