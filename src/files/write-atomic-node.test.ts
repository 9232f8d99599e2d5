import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DuetError } from '../errors.ts';
import { refusal } from '../refusal.test-data.ts';
import { writeError } from './file-error.ts';
import { kindOfPath, readFileClearly, readJsonClearly } from './read-clearly-node.ts';
import { ensureFolder, writeFileAtomic } from './write-atomic-node.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'duet-files-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** The error a promise rejects with, which must be one for users. */
describe('writing', () => {
  test('a file is written, then replaced, and no temporary file stays', async () => {
    const own = join(folder, 'replaced');
    await ensureFolder(own);
    await ensureFolder(own);
    const path = join(own, 'a.txt');
    await writeFileAtomic(path, 'first');
    await writeFileAtomic(path, new TextEncoder().encode('second'));
    expect(await readFile(path, 'utf8')).toBe('second');
    expect(await readdir(own)).toEqual(['a.txt']);
  });

  test('many writers at once leave one whole file', async () => {
    const own = join(folder, 'many');
    await ensureFolder(own);
    const texts = Array.from({ length: 8 }, (_, index) => String(index).repeat(100_000));
    await Promise.all(texts.map((text) => writeFileAtomic(join(own, 'one'), text)));
    expect(texts).toContain(await readFile(join(own, 'one'), 'utf8'));
    expect(await readdir(own)).toEqual(['one']);
  });

  test('a failed write removes its temporary file and leaves what was there', async () => {
    const own = join(folder, 'failed');
    await mkdir(join(own, 'target', 'full'), { recursive: true });
    expect(await refusal(writeFileAtomic(join(own, 'target'), 'x'))).toContain('it is a folder; choose another name');
    expect(await readdir(own)).toEqual(['target']);
  });

  test('a path below a file, a missing folder and a file in a folder`s place each get their sentence', async () => {
    const file = join(folder, 'file');
    await writeFile(file, '');
    expect(await refusal(writeFileAtomic(join(file, 'x'), ''))).toBe(
      `Cannot write ${join(file, 'x')}: a part of that path is a file, not a folder; choose another path.`,
    );
    expect(await refusal(writeFileAtomic(join(folder, 'none', 'x'), ''))).toContain('its folder does not exist');
    expect(await refusal(ensureFolder(join(file, 'x')))).toContain('a file, not a folder');
    expect(await refusal(ensureFolder(file))).toContain('is in the way');
  });

  test.skipIf(!existsSync('/dev/full'))(
    'a full disk gets its sentence, and a device is not replaced by a file',
    async () => {
      expect(await refusal(writeFileAtomic('/dev/full', 'x'))).toContain(
        'the disk is full; free some space and run again',
      );
      expect(await kindOfPath('/dev/full')).toBe('other');
    },
  );

  test.each(['EROFS', 'EACCES', 'ENOSPC', 'EDQUOT'])(
    '%s becomes a DuetError, an unknown code stays as it is',
    (code) => {
      const error = Object.assign(new Error(code), { code });
      expect(writeError('/x', error)).toBeInstanceOf(DuetError);
      const unknown = Object.assign(new Error('odd'), { code: 'EODD' });
      expect(writeError('/x', unknown)).toBe(unknown);
    },
  );
});

describe('reading', () => {
  test('a missing file, a folder, a path below a file and text that is not JSON each get their sentence', async () => {
    const file = join(folder, 'not-json');
    await writeFile(file, '{');
    expect(await refusal(readFileClearly(join(folder, 'absent')))).toContain('there is no such file or folder');
    expect(await refusal(readFileClearly(folder))).toContain('it is a folder where a file is needed');
    expect(await refusal(readFileClearly(join(file, 'x')))).toContain('a file, not a folder');
    expect(await refusal(readJsonClearly(file))).toContain('is not JSON');
    expect(await kindOfPath(join(file, 'x'))).toBeUndefined();
  });
});

test.skipIf(!existsSync('/proc/self'))(
  'a file system that takes no folders is an answer, not an endless wait',
  async () => {
    await expect(ensureFolder('/proc/duet/run')).rejects.toThrow(DuetError);
  },
);
