// The live page of examples/, built as a project builds it and opened in a browser with camera and microphone.
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'vite';
import { expect, test } from 'vitest';
import { serveFolder } from '../../src/cli/static-server.ts';
import { createClip, type DemoClip } from '../../src/demo/clip.ts';
import { encodeClip } from '../../src/media/encode-clip.ts';
import { browserPath, visit, writeDevice } from './browser.ts';

const at = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const classes = ['calling-bird', 'metal-bowl'];
const clipOf = (className: string, index: number): DemoClip =>
  createClip({ seed: 11, split: 'train', className, index });

test.skipIf(browserPath === undefined)('the live page says which class camera and microphone perceive', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'duet-live-page-'));
  const [data, run, site] = ['data', 'public/run', 'site'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  for (const name of classes) {
    await mkdir(join(data, name), { recursive: true });
    for (let index = 0; index < 3; index++) {
      const { frames, sound, annotation } = clipOf(name, index);
      const bytes = await encodeClip({ frames, framesPerSecond: annotation.framesPerSecond, sound });
      await writeFile(join(data, name, `${index}.webm`), bytes);
    }
  }
  const trained = join(folder, 'trained');
  const settings = ['--recipe', 'probe', '--epochs', '1', '--image-size', '64', '--threads', '1', '--quiet'];
  await promisify(execFile)(process.execPath, [at('dist/cli/main.js'), 'train', data, '--out', trained, ...settings]);
  await mkdir(run, { recursive: true });
  for (const name of ['adapter_config.json', 'adapter_model.safetensors'])
    await cp(join(trained, name), join(run, name));

  await build({
    ...{ root: at('examples/live-page'), configFile: false, logLevel: 'error', publicDir: join(folder, 'public') },
    // In a project the package is found by its name.
    resolve: { alias: { 'duet-av/web': at('dist/web.js'), 'duet-av/assets': at('assets') } },
    build: { outDir: site, emptyOutDir: true, target: 'es2022' },
  });
  const server = await serveFolder(site, 0);
  const device = await writeDevice(folder, 'bowl', [clipOf('metal-bowl', 0)]);
  const { context, page, problems } = await visit({ profile: join(folder, 'profile'), device });
  try {
    await context.grantPermissions(['camera', 'microphone'], { origin: server.url });
    await page.goto(server.url);
    await expect.poll(() => page.textContent('#answer'), { timeout: 120_000 }).not.toBe('…');
    expect(classes).toContain(await page.textContent('#answer'));
    expect(problems).toEqual([]);
  } finally {
    await context.close();
    await server.close();
    await rm(folder, { recursive: true, force: true });
  }
});
