// npm run docs:tables: the tables of settings and recipes in docs/, printed again from the systems' schemas.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { withTables } from './docs-tables.ts';

for (const name of readdirSync('docs').filter((file) => file.endsWith('.md'))) {
  const text = readFileSync(`docs/${name}`, 'utf8');
  const printed = withTables(text);
  if (printed !== text) writeFileSync(`docs/${name}`, printed);
}
