import { strToU8, zipSync } from 'fflate';
import { expect, test } from 'vitest';
import { readArchive } from './read-archive.ts';

const limits = { bytes: 1_000_000, files: 3 };
const zipped = (files: Record<string, Uint8Array>) => new Blob([zipSync(files) as Uint8Array<ArrayBuffer>]);

test('media files that lie in folders are read, and nothing else', async () => {
  const found = await readArchive(
    zipped({
      'all/dog/a.mp4': strToU8('bark'),
      'cat/b.webm': strToU8('meow'),
      'alone.mp4': strToU8('x'),
      'cat/notes.txt': strToU8('x'),
      '__MACOSX/cat/b.webm': strToU8('x'),
    }),
    limits,
  );
  const texts = await Promise.all(found.map(async ({ folder, file }) => [folder, file.name, await file.text()]));
  expect(texts).toEqual([
    ['dog', 'a.mp4', 'bark'],
    ['cat', 'b.webm', 'meow'],
  ]);
});

test('a small zip that unpacks to more than a page can keep is refused, also where it states a smaller size', async () => {
  const bytes = zipSync({ 'dog/a.mp4': new Uint8Array(4_000_000), 'dog/b.mp4': new Uint8Array(1) });
  expect(bytes.length).toBeLessThan(100_000);
  await expect(readArchive(new Blob([bytes as Uint8Array<ArrayBuffer>]), limits)).rejects.toThrow(
    /more than 1000000 bytes/,
  );
  // The size in the first entry's own header, unpacked: APPNOTE.TXT, 4.3.7.
  new DataView(bytes.buffer, bytes.byteOffset).setUint32(22, 10, true);
  await expect(readArchive(new Blob([bytes as Uint8Array<ArrayBuffer>]), limits)).rejects.toThrow(
    /more than 1000000 bytes/,
  );
});

test('too many files are refused, and a zip that is damaged or has no videos in folders is reported', async () => {
  const many = Object.fromEntries([1, 2, 3, 4].map((index) => [`dog/${index}.mp4`, strToU8('x')]));
  await expect(readArchive(zipped(many), limits)).rejects.toThrow(/more than 3 videos/);
  await expect(readArchive(zipped({ 'alone.mp4': strToU8('x') }), limits)).rejects.toThrow(/no videos in folders/);
  const whole = zipSync({ 'dog/a.mp4': Uint8Array.from({ length: 1000 }, (_, index) => (index * index) % 251) });
  whole.fill(0xff, 45, 200);
  await expect(readArchive(new Blob([whole as Uint8Array<ArrayBuffer>]), limits)).rejects.toThrow(/damaged/);
});
