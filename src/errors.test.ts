import { expect, test } from 'vitest';
import { DuetError } from './errors.ts';

test('a sentence shows the beginning and the end of what it quotes, however long', () => {
  const { message } = new DuetError(`Row 2 has the unknown split "${'two words '.repeat(20_000)}"; write train.`);
  expect(message).toMatch(/^Row 2 has the unknown split "two words .* … .* "; write train\.$/);
  expect(message.length).toBeLessThan(400);
  expect(new DuetError(`There is no ${'x'.repeat(200_000)}.`).message.length).toBeLessThan(400);
  expect(new DuetError('It is so. '.repeat(20_000)).message.length).toBeLessThan(2100);
  const usual = `The folder "${'long/'.repeat(50)}" is empty; the folder "b" is not.`;
  expect(new DuetError(usual).message).toBe(usual);
});

test('a sentence steers no terminal, whatever the file names and excerpts that it quotes hold', () => {
  expect(new DuetError('clips/\u001b[2J.mp4 is empty.').message).toBe('clips/\\u001b[2J.mp4 is empty.');
});
