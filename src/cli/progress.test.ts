import { expect, test } from 'vitest';
import { createProgress } from './progress.ts';

function recorded(isTTY: boolean, environment: Record<string, string> = {}, quiet = false) {
  const written: string[] = [];
  const clock = { now: 0 };
  const stream = { isTTY, columns: 80, write: (text: string) => written.push(text) };
  return { written, clock, progress: createProgress(stream, environment, { quiet, now: () => clock.now }) };
}

test('without a terminal, plain lines come every five seconds or tenth part, never at every update', () => {
  const { written, clock, progress } = recorded(false);
  const phase = progress.begin('decode', 1000, { unit: 'clips' });
  for (let done = 1; done <= 1000; done++) {
    clock.now += 0.012;
    phase.update(done);
  }
  phase.finish();
  expect(written.length).toBeGreaterThan(5);
  expect(written.length).toBeLessThan(15);
  for (const line of written) expect(line).toMatch(/^decode \d+\/1000 · \d+ clips\/s · (\d:\d\d left|took 0:12)\n$/);
  expect(written.at(-1)).toBe('decode 1000/1000 · 83 clips/s · took 0:12\n');
});

test('on a terminal one line redraws itself and is left whole at the end', () => {
  const { written, clock, progress } = recorded(true, { NO_COLOR: '1' });
  const phase = progress.begin('epoch', 4);
  clock.now = 10;
  phase.update(1, 'loss 1.234');
  expect(written.at(-1)).toBe('\r━━━━──────────── epoch 1/4 · loss 1.234 · 0:30 left\u001b[K');
  phase.update(2);
  expect(written.length).toBe(2);
  phase.finish('trained');
  expect(written.slice(-2)).toEqual(['\r\u001b[K', 'trained\n']);
});

test('a phase inside another moves the outer bar and time on', () => {
  const { written, clock, progress } = recorded(true, { NO_COLOR: '1' });
  const epochs = progress.begin('epoch', 2);
  clock.now = 10;
  epochs.update(1);
  const steps = progress.begin('step', 10);
  clock.now = 15;
  steps.update(5);
  expect(written.at(-1)).toContain('━━━━━━━━━━━━──── epoch 1/2 · 0:05 left · step 5/10');
});

test('a resumed run counts only its own time', () => {
  const { written, clock, progress } = recorded(false);
  const phase = progress.begin('epoch', 100, { done: 50 });
  clock.now = 10;
  phase.update(60);
  expect(written.at(-1)).toBe('epoch 60/100 · 0:40 left\n');
});

test('a long line never wraps', () => {
  const { written, clock, progress } = recorded(true, { NO_COLOR: '1' });
  const phase = progress.begin('reading', 3);
  clock.now = 1;
  phase.update(1, 'a'.repeat(200));
  expect(written.at(-1)?.replace('\r', '').replace('\u001b[K', '').length).toBeLessThan(80);
});

test('CI and quiet are respected, and so is NO_COLOR', () => {
  const inCi = recorded(true, { CI: 'true' });
  inCi.progress.begin('decode', 2).finish();
  expect(inCi.written).toEqual(['decode 0/2 · took 0:00\n']);
  const quiet = recorded(true, {}, true);
  quiet.progress.begin('decode', 2).finish();
  quiet.progress.note('a note');
  expect(quiet.written).toEqual([]);
  const coloured = recorded(true);
  coloured.progress.begin('decode', 2);
  expect(coloured.written.join('')).toContain('\u001b[2m');
});
