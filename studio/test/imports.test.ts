import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const studio = fileURLToPath(new URL('..', import.meta.url));
const files = ['src', 'test'].flatMap((folder) =>
  readdirSync(join(studio, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.tsx?$/.test(path))
    .map((path) => join(studio, folder, path)),
);

test('the page knows the registry of systems and their contract, and no system', () => {
  const imported = files.flatMap((path) =>
    [...readFileSync(path, 'utf8').matchAll(/from '[./]*src\/systems\/([^']+)'/g)].map(([, file]) => file),
  );
  expect([...new Set(imported)].sort()).toEqual(['registry.ts', 'system.ts']);
});
