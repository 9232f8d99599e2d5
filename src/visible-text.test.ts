import { expect, test } from 'vitest';
import { visibleLine, visibleText } from './visible-text.ts';

test('control characters and turns of direction are shown; line ends, tabs and letters stay', () => {
  expect(visibleText('a\u001b[2Jb\u0007\r\u009b\u202e\u007f')).toBe('a\\u001b[2Jb\\u0007\\u000d\\u009b\\u202e\\u007f');
  expect(visibleText('naïve 日本 🎬\n\tend')).toBe('naïve 日本 🎬\n\tend');
  expect(visibleLine('two\nlines')).toBe('two\\nlines');
});

test('a JSON document means the same afterwards', () => {
  const value = { path: 'a\u001b\u009b\u202e\n"b"\\' };
  expect(JSON.parse(visibleText(JSON.stringify(value, undefined, 2)))).toEqual(value);
});
