import { expect, test } from 'vitest';
import { showEvaluation } from './evaluate.ts';
import { createProgress } from './progress.ts';

test('the clips that were asked about leave a last line, and what follows begins one of its own', () => {
  const written: string[] = [];
  const seconds = { now: 0 };
  const progress = createProgress({ write: (text) => written.push(text) }, {}, { now: () => seconds.now });
  const show = showEvaluation(progress);
  show({ kind: 'prepare', done: 30, total: 30, failed: 0 });
  show({ kind: 'rows', done: 0 });
  seconds.now = 2;
  show({ kind: 'rows', done: 120 });
  show({ kind: 'scored' });
  const look = progress.begin('look', 30);
  seconds.now = 12;
  look.update(10);
  expect(written.slice(1)).toEqual(['predict 120 · 60 clips/s · took 0:02\n', 'look 10/30 · 0:20 left\n']);
});
