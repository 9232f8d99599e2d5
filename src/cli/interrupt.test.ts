import { EventEmitter } from 'node:events';
import { expect, test } from 'vitest';
import { watchInterrupts } from './interrupt.ts';

test('the first interrupt asks, the second ends at once, and afterwards nobody listens', () => {
  const source = new EventEmitter();
  const [notes, exits]: [string[], number[]] = [[], []];
  const { signal, stop } = watchInterrupts(
    source,
    (text) => notes.push(text),
    (code) => exits.push(code),
  );
  source.emit('SIGINT');
  expect(signal.aborted).toBe(true);
  expect(exits).toEqual([]);
  expect(notes.join('')).toContain('Ctrl-C again');
  source.emit('SIGINT');
  expect(exits).toEqual([130]);
  stop();
  expect(source.listenerCount('SIGINT') + source.listenerCount('SIGTERM')).toBe(0);
});
