// The page stays small: what has to be there before the first screen, and all of it.
import { existsSync } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';

const page = fileURLToPath(new URL('../../dist/studio/', import.meta.url));

test.skipIf(!existsSync(join(page, 'index.html')))(
  'the first screen needs at most 180 kB compressed, the whole page at most 52 MB',
  async () => {
    const assets = await readdir(join(page, 'assets'));
    const html = await readFile(join(page, 'index.html'), 'utf8');
    const first = ['index.html', ...[...html.matchAll(/(?:src|href)="\.\/(assets\/[^"]+)"/g)].map(([, path]) => path!)];
    const compressed = await Promise.all(first.map(async (path) => gzipSync(await readFile(join(page, path))).length));
    expect(compressed.reduce((sum, bytes) => sum + bytes, 0)).toBeLessThan(180_000);
    // Runtime for CPUs (14 MB) and for GPUs (27 MB), and the backbone (6 MB).
    const sizes = await Promise.all(assets.map(async (name) => (await stat(join(page, 'assets', name))).size));
    expect(sizes.reduce((sum, bytes) => sum + bytes, 0)).toBeLessThan(52_000_000);
    // Nothing is fetched from elsewhere unless the user asks for a backbone of the hub.
    const scripts = await Promise.all(
      assets.filter((name) => /\.m?js$/.test(name)).map((name) => readFile(join(page, 'assets', name), 'utf8')),
    );
    expect(scripts.join('\n')).not.toMatch(/https:\/\/(cdn|unpkg|esm\.sh|fonts)\b/);
  },
);
