// The page from end to end in a real browser: teach two classes, train, watch, take home. Screenshots land in dist/studio-screenshots.
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { strFromU8, unzipSync } from 'fflate';
import * as ort from 'onnxruntime-node';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type StaticServer, serveFolder } from '../../src/cli/static-server.ts';
import { createClip, type DemoClip } from '../../src/demo/clip.ts';
import { encodeClip } from '../../src/demo/encode-clip.ts';
import { browserPath, type Device, type OpenOptions, visit, writeDevice } from './browser.ts';

const taught = ['calling-bird', 'metal-bowl'] as const;
type ClassName = (typeof taught)[number];
const momentsOfClass = 4;
const secondsOfMoment = 2.5;

const page = fileURLToPath(new URL('../../dist/studio/', import.meta.url));
const program = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const screenshots = fileURLToPath(new URL('../../dist/studio-screenshots/', import.meta.url));

const clipOf = (className: ClassName, split: 'train' | 'test', index: number): DemoClip =>
  createClip({ seed: 11, split, className, index });

describe.skipIf(browserPath === undefined)('Duet Studio in Chromium', () => {
  let folder: string;
  let server: StaticServer;
  let current: BrowserContext | undefined;
  let adapter: string;
  const unseen = {} as Record<ClassName, string>;
  const devices = {} as Record<ClassName | 'unseen', Device>;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'duet-studio-'));
    await mkdir(screenshots, { recursive: true });
    server = await serveFolder(page, 0);
    for (const name of taught) {
      devices[name] = await writeDevice(
        folder,
        name,
        [0, 1, 2, 3].map((index) => clipOf(name, 'train', index)),
      );
      const { frames, sound, annotation } = clipOf(name, 'test', 0);
      unseen[name] = join(folder, `unseen-${name}.webm`);
      await writeFile(unseen[name], await encodeClip({ frames, framesPerSecond: annotation.framesPerSecond, sound }));
    }
    devices.unseen = await writeDevice(folder, 'unseen', [clipOf('metal-bowl', 'test', 1)]);
  });

  afterAll(async () => {
    await current?.close();
    await server?.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** Opens a part of the page; the browser before is closed, and what it kept is there again. */
  async function open(place: string, options: Partial<OpenOptions> = {}) {
    await current?.close();
    const visited = await visit({ profile: join(folder, 'profile'), device: devices.unseen, ...options });
    current = visited.context;
    await visited.page.goto(`${server.url}#${place}`);
    await visited.page.locator('main h1, main h2').first().waitFor();
    return visited;
  }

  const shoot = (shown: Page, name: string) => shown.screenshot({ path: join(screenshots, `${name}.png`), fullPage: true });

  test('the first screen says what to do, and the page may use threads', async () => {
    const { page: shown, problems } = await open('teach');
    expect(await shown.textContent('h1')).toContain('Teach');
    expect(await shown.evaluate(() => crossOriginIsolated)).toBe(true);
    await shoot(shown, 'teach-empty');
    for (const place of ['train', 'watch', 'inside', 'home']) {
      await shown.click(`nav a[href="#${place}"]`);
      await shown.locator('.empty').waitFor();
      await shoot(shown, `${place}-empty`);
    }
    expect(problems).toEqual([]);
  });

  test.each([
    ['missing', { device: undefined }, /no camera or no microphone was found.*add files instead/],
    ['refused', { refuses: true }, /allow both beside the address and try again, or add files instead/],
  ] as const)('a %s camera is told with a way on', async (what, options, told) => {
    const { page: shown } = await open('teach', options);
    await shown.click('text=Turn on camera and microphone');
    await shown.locator('.stage-empty', { hasText: told }).waitFor();
    await shoot(shown, `camera-${what}`);
  });

  test.each(taught)('%s is taught by holding the button', async (name) => {
    const { page: shown, problems } = await open('teach', { device: devices[name] });
    await shown.fill('#new-class-name', name);
    await shown.keyboard.press('Enter');
    await shown.click('text=Turn on camera and microphone');
    await shown.locator('video.live').waitFor();
    const card = shown.getByLabel(`Class ${name}`);
    for (let count = 1; count <= momentsOfClass; count++) {
      const button = card.getByRole('button', { name: `Hold to record ${name}` });
      // With the keyboard every other time.
      if (count % 2 === 0) {
        await button.focus();
        await shown.keyboard.down(' ');
        await shown.waitForTimeout(secondsOfMoment * 1000);
        await shown.keyboard.up(' ');
      } else {
        await button.hover();
        await shown.mouse.down();
        await shown.waitForTimeout(secondsOfMoment * 1000);
        if (count === 1) await shoot(shown, `recording-${name}`);
        await shown.mouse.up();
      }
      await expect.poll(() => card.locator('.example .face').count(), { timeout: 120_000 }).toBe(count);
    }
    expect(problems).toEqual([]);
  });

  test('deleting can be taken back, files that cannot be read say why, and the examples leave as a zip', async () => {
    const { page: shown } = await open('teach');
    const card = shown.getByLabel('Class metal-bowl');
    await card.locator('.example').first().hover();
    await card.locator('.example .corner').first().click();
    await expect.poll(() => card.locator('.example .face').count()).toBe(momentsOfClass - 1);
    await shown.keyboard.press('Control+z');
    await expect.poll(() => card.locator('.example .face').count()).toBe(momentsOfClass);

    const broken = join(folder, 'broken.mp4');
    await writeFile(broken, 'this is no video');
    await card.locator('input[type=file]').setInputFiles(broken);
    await card.locator('.example.failed', { hasText: 'broken.mp4' }).waitFor();
    await shoot(shown, 'teach');
    const [download] = await Promise.all([shown.waitForEvent('download'), shown.click('text=Export zip')]);
    const entries = unzipSync(await readFile(await download.path()));
    expect(Object.keys(entries).map((path) => path.split('/')[0])).toEqual(taught.flatMap((name) => Array(momentsOfClass).fill(name)));
  });

  test('training gives a first model, stops, survives a reload and goes on', async () => {
    const { page: shown, problems } = await open('train');
    // So many epochs that there is time to stop.
    await shown.locator('label', { hasText: 'Thorough' }).click();
    await shown.getByRole('button', { name: 'Train', exact: true }).click();
    await shown.locator('nav .dot').waitFor();
    await shoot(shown, 'train-first-model');
    await shown.locator('.chart').first().waitFor();
    await expect.poll(() => shown.textContent('.state-line'), { timeout: 240_000 }).toMatch(/Epoch [3-9]/);
    await shoot(shown, 'train-running');
    await shown.getByRole('button', { name: 'Stop' }).click();
    await shown.locator('.state-line', { hasText: 'Stopped after epoch' }).waitFor();
    expect(problems).toEqual([]);

    const again = await open('train', { colour: 'dark' });
    const state = await again.page.locator('.state-line', { hasText: 'Stopped after epoch' }).textContent();
    const epoch = Number(/epoch (\d+) of/.exec(state!)![1]);
    await again.page.getByRole('button', { name: 'Continue' }).click();
    await expect
      .poll(() => again.page.textContent('.state-line'), { timeout: 240_000 })
      .toMatch(new RegExp(`Epoch (${epoch + 3}|${epoch + 4})`));
    await again.page.getByRole('button', { name: 'Stop' }).click();
    await again.page.locator('.state-line', { hasText: 'Stopped after epoch' }).waitFor();
    await shoot(again.page, 'train-dark');
  });

  test('the adapter opens in Node and gives the same probabilities there', async () => {
    const { page: shown, problems } = await open('home');
    const [download] = await Promise.all([shown.waitForEvent('download'), shown.click('text=Download the adapter')]);
    const files = unzipSync(await readFile(await download.path()));
    adapter = join(folder, 'adapter');
    await mkdir(adapter);
    for (const [name, bytes] of Object.entries(files)) await writeFile(join(adapter, name), bytes);
    expect(JSON.parse(strFromU8(files['adapter_config.json']!)).classes).toEqual(taught);
    await shoot(shown, 'home');

    await shown.click('nav a[href="#watch"]');
    await shown.locator('label', { hasText: 'A file' }).click();
    for (const name of taught) {
      await shown.locator('main input[type=file]').setInputFiles(unseen[name]);
      await shown.locator('[data-done="true"]').waitFor();
      const inPage = await shown.locator('.verdict').evaluate((verdict) => ({ ...(verdict as HTMLElement).dataset }));
      expect(inPage.best).toBe(name);
      const [{ windows }] = JSON.parse(await predict(unseen[name]));
      for (const [index, one] of taught.entries()) {
        const inNode = windows[0].top.find(({ label }: { label: string }) => label === one).probability;
        expect(Math.abs(JSON.parse(inPage.probabilities!)[index] - inNode)).toBeLessThan(1e-3);
      }
      expect(Math.abs(Number(inPage.background) - windows[0].backgroundProbability)).toBeLessThan(1e-3);
      if (name === 'metal-bowl') await shoot(shown, 'watch-file');
      await shown.click('text=Another file');
    }
    expect(problems).toEqual([]);
  });

  test('the ONNX file answers as the one that the command exports', async () => {
    const { page: shown } = await open('home');
    const [download] = await Promise.all([shown.waitForEvent('download'), shown.click('text=Download the ONNX file')]);
    const exported = join(folder, 'exported.onnx');
    await promisify(execFile)(process.execPath, [program, 'export', adapter, '--onnx', exported]);
    const answers = await Promise.all([await download.path(), exported].map(answerOf));
    for (const [index, inPage] of answers[0]!.entries()) expect(Math.abs(inPage - answers[1]![index]!)).toBeLessThan(1e-5);
  });

  test('an adapter from a folder opens, and one that is not whole says what is missing', async () => {
    const { page: shown } = await open('home');
    const chooser = shown.getByLabel('Open an adapter').locator('input[type=file]');
    await chooser.setInputFiles(join(adapter, 'adapter_config.json'));
    await shown.locator('.notice.problem', { hasText: 'adapter_model.safetensors' }).waitFor();
    await chooser.setInputFiles(['adapter_config.json', 'adapter_model.safetensors'].map((name) => join(adapter, name)));
    await shown.locator('.lead', { hasText: 'The adapter “adapter” knows 2 classes' }).waitFor();
  });

  test('an unseen clip before the camera is recognised live, also on a phone', async () => {
    const { page: shown, problems } = await open('watch');
    await shown.getByRole('button', { name: 'Turn on camera and microphone' }).click();
    await shown.locator('.verdict[data-best="metal-bowl"]').waitFor();
    await shoot(shown, 'watch-live');
    expect(problems).toEqual([]);
    const phone = await open('watch', { width: 390, height: 844, colour: 'dark' });
    await phone.page.getByRole('button', { name: 'Turn on camera and microphone' }).click();
    await phone.page.locator('.verdict[data-best]').waitFor();
    expect(await phone.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    await shoot(phone.page, 'watch-live-phone');
  });

  test('the confusion matrix opens the clips behind its cells', async () => {
    const { page: shown, problems } = await open('inside');
    await shown.click('text=Ask about every example');
    const cell = shown.getByRole('button', { name: /^metal-bowl taken for metal-bowl/ });
    await cell.click();
    await shown.locator('h2', { hasText: 'metal-bowl taken for metal-bowl' }).waitFor();
    await shoot(shown, 'inside');
    await shown.locator('.clip-list .face').first().click();
    await shown.locator('dialog video').waitFor();
    expect(problems).toEqual([]);
  });

  async function answerOf(onnx: string): Promise<number[]> {
    const session = await ort.InferenceSession.create(onnx);
    const { probabilities } = await session.run({
      pixels: new ort.Tensor(
        'uint8',
        Uint8Array.from({ length: 224 * 224 * 3 }, (_, index) => (index * 7919) % 256),
        [1, 224, 224, 3],
      ),
      waveform: new ort.Tensor(
        'float32',
        Float32Array.from({ length: 80_000 }, (_, index) => Math.sin(index ** 2 / 5e4)),
        [1, 80_000],
      ),
    });
    await session.release();
    return [...(probabilities!.data as Float32Array)];
  }

  async function predict(file: string): Promise<string> {
    const { stdout } = await promisify(execFile)(process.execPath, [program, 'predict', adapter, file, '--json', '--quiet']);
    return stdout;
  }
});
