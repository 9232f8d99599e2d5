// How the files of `src` may import each other, by the order of layers in layers.json, and that the docs name files
// that exist.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = join(fileURLToPath(import.meta.url), '../..');
const order = JSON.parse(readFileSync(join(root, 'src/layers.json'), 'utf8')) as string[][];

const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
  .map((path) => `src/${path.replaceAll('\\', '/')}`)
  .filter((path) => path.endsWith('.ts') && !/\.test(-data)?\.ts$/.test(path));
const texts = new Map(files.map((path) => [path, readFileSync(join(root, path), 'utf8')]));
const imports = new Map(
  [...texts].map(([path, text]) => [
    path,
    [...text.matchAll(/(?:from|import)\s*\(?\s*'(\.{1,2}\/[^']+)'/g)].map((match) =>
      normalize(join(dirname(path), match[1]!)),
    ),
  ]),
);
const pairs = [...imports].flatMap(([from, targets]) => targets.map((to) => ({ from, to })));

/** `src/train/loop.ts` is of layer `train`, `src/errors.ts` of `errors`. */
const layerOf = (path: string) => path.split('/')[1]!.replace(/\.ts$/, '');
const rowOf = (path: string) => order.findIndex((row) => row.includes(layerOf(path)));
const systemOf = (path: string) => /^src\/systems\/([^/]+)\//.exec(path)?.[1];
const arrows = (found: readonly { from: string; to: string }[]) => found.map(({ from, to }) => `${from} -> ${to}`);

test('every file belongs to a layer', () => {
  expect(files.filter((path) => rowOf(path) < 0)).toEqual([]);
});

test('imports point to lower layers', () => {
  const wrong = pairs.filter(({ from, to }) => layerOf(from) !== layerOf(to) && rowOf(to) >= rowOf(from));
  expect(arrows(wrong)).toEqual([]);
});

test('no system imports another, and others import the registry and the contract alone', () => {
  const wrong = pairs.filter(({ from, to }) => {
    const [own, other] = [systemOf(from), systemOf(to)];
    return other !== undefined && own !== other && from !== 'src/systems/registry.ts';
  });
  expect(arrows(wrong)).toEqual([]);
});

test('no file reaches itself by its imports', () => {
  const reaches = (start: string) => {
    const seen = new Set<string>();
    const open = [...(imports.get(start) ?? [])];
    for (let path = open.pop(); path !== undefined; path = open.pop()) {
      if (seen.has(path)) continue;
      seen.add(path);
      open.push(...(imports.get(path) ?? []));
    }
    return seen;
  };
  expect(files.filter((path) => reaches(path).has(path))).toEqual([]);
});

test('what graphs, signals and models are made of imports nothing of Node', () => {
  const pure = files.filter((path) => ['graph', 'signal', 'metrics', 'model'].includes(layerOf(path)));
  expect(pure.filter((path) => /from '(node:|onnxruntime-node|sharp)/.test(texts.get(path)!))).toEqual([]);
  expect(arrows(pairs.filter(({ from, to }) => pure.includes(from) && to.endsWith('-node.ts')))).toEqual([]);
});

/** Commands always run in Node, and `index.ts` is Node's entry; elsewhere the name says it. */
const namedFiles = files.filter((path) => layerOf(path) !== 'cli' && path !== 'src/index.ts');
const needsNode = (path: string) =>
  /\b(Buffer|process)\.\w/.test(texts.get(path)!) ||
  [...texts.get(path)!.matchAll(/^(?:import|export) (?!type )[^;]*?from '([^']+)'|\bimport\('([^']+)'/gm)].some(
    ([, fixed, late]) => /^(node:|bullmq|ioredis|onnxruntime-node|prom-client|sharp)|-node\.ts$/.test((fixed ?? late)!),
  );

test('a file is named -node if and only if it needs Node', () => {
  expect(namedFiles.filter((path) => needsNode(path) !== path.endsWith('-node.ts'))).toEqual([]);
});

test('every path of src and studio that the docs name exists', () => {
  const pages = ['README.md', 'CONTRIBUTING.md', ...readdirSync(join(root, 'docs')).map((name) => `docs/${name}`)];
  const missing = pages
    .filter((page) => page.endsWith('.md'))
    .flatMap((page) => {
      const named = readFileSync(join(root, page), 'utf8').matchAll(/`((?:src|studio\/src)\/[\w./-]*[\w/])`/g);
      return [...named].map(([, path]) => `${page}: ${path}`);
    })
    .filter((named) => !named.includes('NAME') && !existsSync(join(root, named.split(': ')[1]!)));
  expect(missing).toEqual([]);
});
