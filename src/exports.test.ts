// What the package hands out, by package.json.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { systemLoaders } from './systems/registry.ts';

const root = join(fileURLToPath(import.meta.url), '../..');
const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  exports: Record<string, string | { types: string; default: string }>;
};
const entries = Object.entries(exports).flatMap(([name, target]) =>
  typeof target === 'string' ? [] : [{ name, source: target.default.replace(/^\.\/dist\/(.*)\.js$/, 'src/$1.ts') }],
);

test('every entry of the package has its source, and types of the same name', () => {
  expect(entries.filter(({ source }) => !existsSync(join(root, source)))).toEqual([]);
  for (const target of Object.values(exports))
    if (typeof target !== 'string') expect(target.types).toBe(target.default.replace(/\.js$/, '.d.ts'));
});

test('every system has an entry of its own', () => {
  const missing = Object.keys(systemLoaders)
    .map((name) => `./systems/${name}`)
    .filter((name) => !Object.hasOwn(exports, name));
  expect(missing).toEqual([]);
});

test('every entry is documented: the reference is made of all of them', () => {
  const { entryPoints } = JSON.parse(readFileSync(join(root, 'site/typedoc.json'), 'utf8')) as {
    entryPoints: string[];
  };
  expect(entryPoints.toSorted()).toEqual(entries.map(({ source }) => `../${source}`).toSorted());
});
