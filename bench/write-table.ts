// npm run bench:table: docs/performance.md again from bench/results.
import { readResults } from './results.ts';
import { writeTable } from './table.ts';
import { workloads } from './workloads.ts';

writeTable(
  'docs/performance.md',
  readResults('bench/results'),
  workloads.map(({ name }) => name),
);
