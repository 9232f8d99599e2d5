import { readdir } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { DuetError } from '../errors.ts';
import { reportFailure } from './errors.ts';

function report(error: unknown, environment: Record<string, string> = {}): { code: number; text: string } {
  let text = '';
  const code = reportFailure(error, (part) => (text += part), environment);
  return { code, text };
}

test('a DuetError is one line and exit code 1', () => {
  expect(report(new DuetError('The folder is empty;\n put videos in.'))).toEqual({
    code: 1,
    text: 'duet: The folder is empty; put videos in.\n',
  });
});

test('another error says how to see its stack, and shows it on request', () => {
  const error = new TypeError('x is undefined');
  expect(report(error).text).toMatch(/^duet: x is undefined\nduet: .*DUET_DEBUG=1/);
  expect(report(error, { DUET_DEBUG: '1' }).text).toContain('errors.test.ts');
});

test('what is no error at all is still reported', () => {
  expect(report('plain text')).toMatchObject({ code: 1 });
  expect(report(undefined)).toMatchObject({ code: 1 });
});

test('a pipe to another program that breaks is a failure, and an abort is exit code 130', () => {
  expect(report(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }))).toMatchObject({ code: 1 });
  expect(report(new DOMException('aborted', 'AbortError'))).toEqual({ code: 130, text: 'duet: stopped\n' });
});

test('a failed call of the system is a sentence, wherever it comes from', async () => {
  const failed = await readdir('x'.repeat(5000)).catch((error: unknown) => error);
  const { code, text } = report(failed);
  expect(code).toBe(1);
  expect(text).toMatch(/^duet: Cannot read x+ … x+: the path is longer than the system allows; check it\.\n$/);
});
