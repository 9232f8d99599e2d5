import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { refusal } from '../refusal.test-data.ts';
import { readTextClearly } from './read-text-node.ts';

let path: string;
beforeAll(async () => {
  path = join(await mkdtemp(join(tmpdir(), 'duet-text-')), 'a.csv');
});

async function read(bytes: string | Uint8Array): Promise<string> {
  await writeFile(path, bytes);
  return readTextClearly(path);
}

test('UTF-8 with or without a byte order mark, and UTF-16 with one, are the same text', async () => {
  const text = `path,label\n${'a.mp4,bär 日本 🎬\n'.repeat(100_000)}end`;
  const utf16 = Buffer.from(`\uFEFF${text}`, 'utf16le');
  for (const bytes of [text, `\uFEFF${text}`, utf16, Buffer.from(utf16).swap16()]) expect(await read(bytes)).toBe(text);
  expect(await read('')).toBe('');
});

test('line ends of all kinds, mixed too, are line feeds', async () => {
  const text = `path,label\r\n${'a.mp4,bär\nb.mp4,x\r\nc.mp4,y\r'.repeat(100_000)}\r`;
  const right = text.replaceAll('\r\n', '\n').replaceAll('\r', '\n');
  for (const bytes of [text, Buffer.from(`\uFEFF${text}`, 'utf16le')]) expect(await read(bytes)).toBe(right);
});

test('other encodings are refused with their line', async () => {
  const far = `${'a.mp4,x\n'.repeat(300_000)}`;
  expect(await refusal(read(Buffer.from('path,label\nc.mp4,x\nc.mp4,bär\n', 'latin1')))).toMatch(
    /not UTF-8 in line 3 /,
  );
  expect(await refusal(read(Buffer.from(`${far}c.mp4,fiancé`, 'latin1')))).toContain('in line 300001 ');
  for (const text of ['path,label\n', 'path,label\na.mp4,fiancé\n'])
    expect(await refusal(read(Buffer.from(text, 'utf16le')))).toMatch(/NUL characters.*save it as UTF-8/);
});

test('a file that is not there is refused as such', async () => {
  expect(await refusal(readTextClearly(`${path}.absent`))).toMatch(/Cannot read .*absent: there is no such file/);
});
