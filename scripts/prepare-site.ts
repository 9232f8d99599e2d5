// npm run site: the pages of docs/, the gradient table and the reference from the doc comments, as a site by VitePress.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gradientTable } from '../src/graph/gradients.ts';
import { operators } from '../src/graph/operators.ts';
import { exampleTexts, pagesOf, siteName, sitePage } from './pages.ts';

const root = process.cwd();
const out = join(root, 'site/pages');

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
for (const page of pagesOf(root)) {
  const name = siteName(page);
  if (name === undefined) continue;
  const text = sitePage(readFileSync(join(root, page), 'utf8'), page);
  writeFileSync(join(out, name), name === 'examples.md' ? `${text}\n${exampleTexts(root)}` : text);
}

const rows = Object.keys(operators).map((name) => `| ${name} | ${name in gradientTable ? '✓' : '—'} |`);
writeFileSync(
  join(out, 'engine.md'),
  `# The engine

A graph is written with the functions of \`duet-av/graph\`, differentiated operator by operator into a graph again, and run by
ONNX Runtime. Every gradient is compared with central differences in double precision in the tests. Asking for a gradient
through an operator that has none is an error when the graph is built.

| operator of ONNX | gradient |
| --- | --- |
${rows.join('\n')}
`,
);
