// Sessions opened and released over and over, in a plain process: among the threads of a test runner the C library's allocator keeps
// what it was given back, now more, now less.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const dist = new URL('../dist/', import.meta.url).href;

const script = `
const { openNodeSession } = await import('${dist}runtime/node.js');
const { constant, encodeOnnx, functions, input } = await import('${dist}core.js');
const frozen = constant(new Float32Array(1024 * 1024).fill(0.01), [1024, 1024]);
const graph = encodeOnnx({ y: functions.matMul(input('x', [1, 1024]), frozen) });
const x = new Float32Array(1024).fill(1);
const memory = [];
for (let count = 0; count <= 130; count++) {
  const session = await openNodeSession(graph, { threads: 1 });
  await session.run({ x });
  await session.release();
  memory.push(process.memoryUsage().rss / 1e6);
}
console.log(memory[130] - memory[30]);
`;

test('a hundred sessions opened and released leave the memory as it was', async () => {
  const env = { ...process.env, MALLOC_ARENA_MAX: '1', MALLOC_MMAP_THRESHOLD_: '65536' };
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], { env });
  // Each holds four megabytes of weights at least: kept, they would be 400 MB by now.
  expect(Number(stdout)).toBeLessThan(40);
});
