import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { withTables } from './docs-tables.ts';

const docs = fileURLToPath(new URL('../docs/', import.meta.url));
const pages = readdirSync(docs).filter((name) => name.endsWith('.md'));
const texts = new Map(pages.map((name) => [name, readFileSync(docs + name, 'utf8')]));

test.each(pages)('the tables of %s say what the schemas say; else run npm run docs:tables', (name) => {
  expect(withTables(texts.get(name)!)).toBe(texts.get(name));
});

test('a table is printed between its markers, and what stood there goes', () => {
  const page = 'a\n<!-- settings of ma-avt: reference, duet -->\nold\n<!-- end of table -->\nb\n';
  const lines = withTables(page).split('\n');
  expect(lines.slice(0, 4)).toEqual([
    'a',
    '<!-- settings of ma-avt: reference, duet -->',
    '',
    '| setting | flag | what | takes | `reference` | `duet` |',
  ]);
  expect(lines).toContain(
    '| `learningRate` | `--lr` | learning rate at its highest | a number above 0 and at most 10 | 1e-4 | 1e-3 |',
  );
  expect(lines).not.toContain('old');
  expect(lines.slice(-4)).toEqual(['', '<!-- end of table -->', 'b', '']);
  expect(withTables(lines.join('\n'))).toBe(lines.join('\n'));
});

test('changes are listed against one recipe, and only what differs', () => {
  const page = withTables('<!-- changes of ma-avt: full -->\n<!-- end of table -->');
  expect(page).toContain('| setting | `full` | `duet` | `reference` |');
  expect(page).toMatch(/^\| `modulation` \| none (\| +)+\| ogm-ge \|$/m);
  expect(page).not.toContain('`frontEnd`');
});

test('a table of nothing known is a fault', () => {
  expect(() => withTables('<!-- settings of nobody: duet -->\n<!-- end of table -->')).toThrow('no system nobody');
  expect(() => withTables('<!-- changes of ma-avt: other -->\n<!-- end of table -->')).toThrow('no recipe other');
});
