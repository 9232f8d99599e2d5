// Sessions opened and released over and over, in a plain process: among the threads of a test runner the C library's
// allocator keeps what it was given back, now more, now less.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const dist = new URL('../dist/', import.meta.url).href;

const script = `
const { openNodeSession } = await import('${dist}runtime/session-node.js');
const { constant, encodeOnnx, input, matMul } = await import('${dist}graph/library.js');
const frozen = constant(new Float32Array(1024 * 1024).fill(0.01), [1024, 1024]);
const graph = encodeOnnx({ y: matMul(input('x', [1, 1024]), frozen) });
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

const sharing = `
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
const { openNodeSession } = await import('${dist}runtime/session-node.js');
const { openSafetensors } = await import('${dist}files/safetensors-file-node.js');
const { writeSafetensors } = await import('${dist}files/safetensors.js');
const { storedConstant } = await import('${dist}graph/tensor.js');
const { encodeOnnx, input, linear } = await import('${dist}graph/library.js');
const memory = async () => Number(/RssAnon:\\s+(\\d+)/.exec(await readFile('/proc/self/status', 'utf8'))[1]) / 1000;
const side = 4096;
const folder = await mkdtemp(join(tmpdir(), 'duet-mapped-'));
const path = join(folder, 'model.safetensors');
const bytes = () => new Uint8Array(Float32Array.from({ length: side * side }, (_, index) => index % 7).buffer);
await writeFile(path, writeSafetensors(new Map([['weight', { dtype: 'F32', shape: [side, side], bytes: bytes() }]])));
const { location } = openSafetensors(path).tensors.get('weight');
const frozen = storedConstant({ shape: [side, side], get data() { throw new Error('read') } }, location, 'weight');
const graph = encodeOnnx({ y: linear(input('x', [1, side]), frozen) }, { linkStored: true });
globalThis.gc();
const before = await memory();
const sessions = [];
const sums = [];
for (let count = 0; count < 3; count++) {
  sessions.push(await openNodeSession(graph, { threads: 1 }));
  sums.push((await sessions[count].run({ x: new Float32Array(side).fill(1) })).y[1]);
}
console.log(JSON.stringify({ grown: (await memory()) - before, sums, bytes: graph.bytes.length }));
await rm(folder, { recursive: true });
`;

test.skipIf(process.platform !== 'linux')(
  'sessions over the same file of weights map it and hold no copy',
  async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [
      '--expose-gc',
      '--input-type=module',
      '-e',
      sharing,
    ]);
    const { grown, sums, bytes } = JSON.parse(stdout);
    const rowSum = Array.from({ length: 4096 }, (_, column) => (4096 + column) % 7).reduce((sum, value) => sum + value);
    expect(sums).toEqual([rowSum, rowSum, rowSum]);
    expect(bytes).toBeLessThan(1000);
    // One copy has 67 MB.
    expect(grown).toBeLessThan(30);
  },
);
