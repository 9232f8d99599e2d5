// What each provider of a browser computes, beside ONNX Runtime on Node's processor: the same graphs and the same
// numbers.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium, type Page } from 'playwright-core';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type StaticServer, serveFolder } from '../../src/cli/static-server.ts';
import { nodeSessions } from '../../src/runtime/session-node.ts';
import { browserPath } from './browser.ts';
import { forwardAndStep, type Numbers } from './providers/forward-and-step.ts';
import type { Computed, Opened } from './providers/page.ts';

const studio = fileURLToPath(new URL('..', import.meta.url));

describe.skipIf(browserPath === undefined)('providers in Chromium', () => {
  let folder: string;
  let server: StaticServer;
  let inNode: Numbers;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'duet-providers-'));
    const input = join(studio, 'test/providers/index.html');
    await build({
      configFile: join(studio, 'vite.config.ts'),
      logLevel: 'error',
      build: { outDir: folder, copyPublicDir: false, rolldownOptions: { input } },
    });
    server = await serveFolder(folder, 0);
    inNode = await forwardAndStep(nodeSessions({ threads: 1 }));
  });

  afterAll(async () => {
    await server?.close();
    await rm(folder, { recursive: true, force: true });
  });

  test('the CPU, with threads, computes what Node does', async () => {
    const { provider, name, numbers } = await computedIn('CPU', []);
    expect(provider).toBe('wasm');
    expect(name).toMatch(/^CPU, \d+ threads$/);
    expectAlike(numbers, inNode);
  });

  test('the GPU, here imitated in software, computes what Node does', async ({ skip }) => {
    const { provider, numbers } = await computedIn('GPU', [
      '--enable-unsafe-webgpu',
      '--use-webgpu-adapter=swiftshader',
    ]);
    skip(provider !== 'webgpu', 'this Chromium offers no WebGPU adapter');
    expectAlike(numbers, inNode);
  });

  test('a browser without a GPU falls back to the CPU and says so', async () => {
    const { provider, name } = await inPage([], (page) => page.evaluate(`open('GPU')`) as Promise<Opened>);
    expect(provider).toBe('wasm');
    expect(name).toMatch(/^CPU.*no GPU/);
  });

  const computedIn = (preference: string, args: readonly string[]) =>
    inPage(args, (page) => page.evaluate(`compute('${preference}')`) as Promise<Computed>);

  async function inPage<Result>(args: readonly string[], work: (page: Page) => Promise<Result>): Promise<Result> {
    const browser = await chromium.launch({ executablePath: browserPath!, args: ['--no-sandbox', ...args] });
    try {
      const page = await browser.newPage();
      await page.goto(`${server.url}test/providers/index.html`);
      await page.waitForFunction('globalThis.compute !== undefined');
      return await work(page);
    } finally {
      await browser.close();
    }
  }
});

/**
 * Relative differences in norm. Both sides compute in float32 and differ in the order of their sums: after a dozen
 * matrix products forward that is about 1e-6, and the pass back amplifies it; a wrong kernel is off by 1e-1.
 */
function expectAlike(got: Numbers, wanted: Numbers): void {
  expect(Object.keys(got).sort()).toEqual(Object.keys(wanted).sort());
  const largest = Math.max(
    ...Object.keys(wanted).map((name) => (name.startsWith('gradient.') ? norm(wanted[name]!) : 0)),
  );
  for (const [name, values] of Object.entries(wanted)) {
    const difference = norm(values.map((value, index) => value - got[name]![index]!));
    // Some gradients are zero but for rounding, as those of the keys' biases.
    const size = Math.max(norm(values), name.startsWith('gradient.') ? 1e-4 * largest : 1e-6);
    expect(difference / size, name).toBeLessThan(name.startsWith('gradient.') ? 1e-3 : 1e-4);
  }
}

function norm(values: readonly number[]): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
}
