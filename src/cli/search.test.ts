import { expect, test } from 'vitest';
import type { FoundMoments } from '../run/search-node.ts';
import { foundText } from './search.ts';

test('moments are a table with the video first', () => {
  const moment = (path: string, score: number, start: number) => ({
    ...{ path, score, start, end: start + 5, window: [start, start + 5] as const },
  });
  const found: FoundMoments = {
    ...{ words: 'puppy', known: ['dog', 'cat'], classes: [{ label: 'dog', share: 0.98 }], best: 0.9, windows: 7 },
    ...{ nearest: { label: 'dog', likeness: 0.7 }, run: 'run', adapter: 'ma-avt 0' },
    moments: [moment('/a/long/path.mp4', 0.9, 0), moment('/b.mp4', 0.85, 10)],
  };
  expect(foundText('index', found, 0.3)).toBe(
    '"puppy" as dog 98 %\n' +
      '/a/long/path.mp4  90.0 %    0.0 to 5.0 s\n' +
      '/b.mp4            85.0 %  10.0 to 15.0 s\n',
  );
  expect(foundText('index', { ...found, windows: 0, best: undefined, moments: [] }, 0.3)).toMatch(
    /holds no videos yet/,
  );
});
