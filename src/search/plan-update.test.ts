import { expect, test } from 'vitest';
import { addLine, emptyState } from './index-log.ts';
import { planUpdate } from './plan-update.ts';

const state = emptyState();
const windows: [number, number][] = [[0, 5]];
for (const [row, path] of ['a', 'b', 'c'].entries())
  addLine(state, { kind: 'file', path, size: 1, modified: 1, hash: `hash ${path}`, firstRow: row, windows });
addLine(state, { kind: 'failed', path: 'bad', size: 1, modified: 1, error: 'cut short' });

function plan(found: readonly [path: string, modified: number, content: string][]) {
  const hashed: string[] = [];
  const contents = new Map(found.map(([path, , content]) => [path, `hash ${content}`]));
  const result = planUpdate(
    state,
    found.map(([path, modified]) => ({ path, size: 1, modified })),
    async (path) => {
      hashed.push(path);
      return contents.get(path)!;
    },
  );
  return result.then((made) => ({ ...made, hashed }));
}

test('what has not changed, failed files included, is not looked at', async () => {
  const same = ['a', 'b', 'c', 'bad'].map((path): [string, number, string] => [path, 1, path]);
  expect(await plan(same)).toEqual({ lines: [], toRead: [], unchanged: 4, hashed: [] });
});

test('a moved file and one that was only touched keep their vectors, a changed one and a new one are read', async () => {
  const { lines, toRead, unchanged } = await plan([
    ['a', 2, 'a'],
    ['elsewhere/b', 1, 'b'],
    ['c', 2, 'other'],
    ['new', 1, 'new'],
    ['bad', 2, 'fixed'],
  ]);
  expect(lines).toEqual([
    { kind: 'moved', from: 'a', path: 'a', size: 1, modified: 2 },
    { kind: 'moved', from: 'b', path: 'elsewhere/b', size: 1, modified: 1 },
  ]);
  expect(toRead.map(({ path }) => path)).toEqual(['c', 'new', 'bad']);
  expect(unchanged).toBe(0);
});

test('a copy shares the rows of the file that it is a copy of', async () => {
  const found = await plan([
    ['a', 1, 'a'],
    ['b', 1, 'b'],
    ['c', 1, 'c'],
    ['bad', 1, 'bad'],
    ['copy of b', 7, 'b'],
  ]);
  expect(found.lines).toEqual([
    { kind: 'file', path: 'copy of b', size: 1, modified: 7, hash: 'hash b', firstRow: 1, windows },
  ]);
  expect(found.hashed).toEqual(['copy of b']);
});

test('what is gone is reported, failed files too', async () => {
  const { lines } = await plan([['a', 1, 'a']]);
  expect(lines).toEqual(['b', 'c', 'bad'].map((path) => ({ kind: 'gone', path })));
});
