// That links, code blocks and the release's own facts are right; no network is asked.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { anchorOf, codeBlocks, deadLinks, exampleTexts, pagesOf, siteName, sitePage } from './pages.ts';

const root = join(fileURLToPath(import.meta.url), '../..');
const text = (path: string) => readFileSync(join(root, path), 'utf8');
const pages = pagesOf(root);
const description = JSON.parse(text('package.json')) as {
  version: string;
  exports: Record<string, string | { default: string }>;
};

test('every link within the repository leads to a file, and to a heading that it has', () => {
  expect(pages.flatMap((page) => deadLinks(root, page))).toEqual([]);
});

test('the site has the text of every example that pages lead to', () => {
  const texts = exampleTexts(root);
  const led = pages.flatMap((page) => [...sitePage(text(page), page).matchAll(/\.\/examples\.md#([\w-]+)/g)]);
  expect(led.length).toBeGreaterThan(8);
  expect(led.map(([, anchor]) => anchor).filter((anchor) => !texts.includes(`{#${anchor}}`))).toEqual([]);
  expect(texts).toContain("app.post('/predict'");
});

test('every page of the site is in its sidebar, and the sidebar has no others', () => {
  const linked = [...text('site/.vitepress/config.ts').matchAll(/page\('[^']+', '([^']*)'\)/g)].map(
    ([, target]) => target!.split('#')[0]!,
  );
  const names = pages.flatMap(
    (page) =>
      siteName(page)
        ?.replace(/\.md$/, '')
        .replace(/^index$/, '') ?? [],
  );
  // Made from the code.
  expect(new Set(linked)).toEqual(new Set([...names, 'engine', 'reference/']));
});

test('what code blocks import from the package is exported there', () => {
  const missing = pages.flatMap((page) =>
    codeBlocks(root, page).flatMap(({ code }) =>
      [...code.matchAll(/import (?:type )?\{([^}]+)\} from 'duet-av(\/[\w/-]+)?'/g)].flatMap(([, names, entry]) => {
        const target = description.exports[`.${entry ?? ''}`];
        if (typeof target !== 'object') return [`${page}: duet-av${entry ?? ''}`];
        const source = text(target.default.replace(/^\.\/dist\/(.*)\.js$/, 'src/$1.ts'));
        return names!
          .split(',')
          .map((name) => name.trim().replace(/^type /, ''))
          .filter((name) => name !== '' && !new RegExp(`\\b${name}\\b`).test(source))
          .map((name) => `${page}: ${name} of duet-av${entry ?? ''}`);
      }),
    ),
  );
  expect(missing).toEqual([]);
});

test('every command that code blocks type exists', () => {
  const commands = new Set(
    [...text('src/cli/program.ts').matchAll(/^ +(\w+): async \(\) =>/gm)].map(([, name]) => name!),
  );
  const typed = pages.flatMap((page) =>
    codeBlocks(root, page)
      .filter(({ language }) => language === 'sh')
      .flatMap(({ code }) =>
        [...code.matchAll(/^(?:npm run -s duet -- |npx duet |duet )(?!help)([a-z]+)/gm)].map(
          ([, command]) => `${page}: ${command}`,
        ),
      ),
  );
  expect(typed.length).toBeGreaterThan(20);
  expect(typed.filter((line) => !commands.has(line.split(': ')[1]!))).toEqual([]);
});

test('the changelog, the lock file and the citation name the version', () => {
  const { version } = description;
  expect(/^## (\S+?)[,\s]/m.exec(text('CHANGELOG.md'))?.[1]).toBe(version);
  expect((JSON.parse(text('package-lock.json')) as { version: string }).version).toBe(version);
  expect(/^version: (.+)$/m.exec(text('CITATION.cff'))?.[1]).toBe(version);
});

test('links between pages lead to pages of the site, others become text', () => {
  const page = '[a](docs/using.md#x), [b](src/index.ts), [c](https://example.org), [d](CHANGELOG.md)';
  expect(sitePage(page, 'README.md')).toBe('[a](./using.md#x), b, [c](https://example.org), [d](./changelog.md)');
  expect(sitePage('[r](../README.md)', 'docs/using.md')).toBe('[r](./index.md)');
  expect(sitePage('[e](../examples/next/route.ts)', 'docs/using.md')).toBe('[e](./examples.md#next-route-ts)');
  expect(anchorOf('Decoding video and sound: the choice')).toBe('decoding-video-and-sound-the-choice');
});
