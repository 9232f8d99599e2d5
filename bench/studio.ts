// npm run bench:studio: what Duet Studio promises about time, measured in headless Chromium with generated clips.
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { zipSync } from 'fflate';
import type { Page } from 'playwright-core';
import { serveFolder } from '../src/cli/static-server.ts';
import { createClip } from '../src/demo/clip.ts';
import { type Device, visit, writeDevice } from '../studio/test/browser.ts';
import { demoFolder, demoSeed } from './demo-clips.ts';
import { spreadOf } from './statistics.ts';

const usage = `npm run bench:studio [-- OPTIONS]
  --clips N       training clips for each of the ten classes (default 20)
  --effort WHICH  Quick, Standard or Thorough (default Standard: at most nine minutes)
`;

const { values } = parseArgs({
  options: {
    clips: { type: 'string', default: '20' },
    effort: { type: 'string', default: 'Standard' },
    help: { type: 'boolean', default: false },
  },
});

/** What the page keeps of the model in use; read from the browser's storage, as the page shows only parts of it. */
type Kept = { readonly epoch: number; readonly accuracy: number } | undefined;

const long = { timeout: 1_800_000 };

const row = (what: string, promised: string, measured: string) =>
  process.stdout.write(`| ${what} | ${promised} | ${measured} |\n`);
const tell = (text: string) => process.stderr.write(`${text}\n`);

if (values.help) process.stdout.write(usage);
else await measure(Number(values.clips), values.effort);

async function measure(clips: number, effort: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'duet-studio-bench-'));
  const server = await serveFolder(resolve('dist/studio'), 0);
  try {
    tell(`making ${10 * clips} clips ...`);
    const zip = join(folder, 'examples.zip');
    await writeFile(zip, await zippedExamples(clips));
    const shown = createClip({ seed: demoSeed, split: 'test', className: 'metal-bowl', index: 0 });
    const device = await writeDevice(folder, 'unseen', [shown]);
    process.stdout.write(`${cpus().length} cores (${cpus()[0]?.model.trim()}), headless Chromium without a GPU\n\n`);
    process.stdout.write('| what | promised | measured |\n| --- | --- | --- |\n');
    row('first useful screen, empty cache, median of five', '3 s', seconds(await firstScreen(server.url, folder)));
    await teachTrainWatch(server.url, { folder, zip, device, clips, effort });
  } finally {
    await server.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** The training clips, one folder for each class. */
async function zippedExamples(clips: number): Promise<Uint8Array> {
  const cache = resolve('bench/.cache');
  await mkdir(cache, { recursive: true });
  const train = join(await demoFolder(cache, clips), 'train');
  const entries: Record<string, Uint8Array> = {};
  for (const name of await readdir(train))
    for (const file of await readdir(join(train, name)))
      entries[`${name}/${file}`] = await readFile(join(train, name, file));
  return zipSync(entries, { level: 0 });
}

/** Seconds from asking for the page until its first field can be typed in and is drawn. */
async function firstScreen(url: string, folder: string): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < 5; round++) {
    const { context, page } = await visit({ profile: join(folder, `first-${round}`) });
    await page.addInitScript(`new MutationObserver((_, observer) => {
      if (!document.querySelector('#new-class-name')) return;
      observer.disconnect();
      requestAnimationFrame(() => requestAnimationFrame(() => { window.usableAfter = performance.now(); }));
    }).observe(document, { childList: true, subtree: true });`);
    await page.goto(url);
    await page.waitForFunction('window.usableAfter !== undefined');
    times.push(((await page.evaluate('window.usableAfter')) as number) / 1000);
    await context.close();
  }
  return spreadOf(times).median;
}

type Session = {
  readonly folder: string;
  readonly zip: string;
  readonly device: Device;
  readonly clips: number;
  readonly effort: string;
};

async function teachTrainWatch(url: string, { folder, zip, device, clips, effort }: Session): Promise<void> {
  const { context, page } = await visit({ profile: join(folder, 'profile'), device });
  try {
    await page.goto(`${url}#teach`);
    tell('reading the clips ...');
    let began = performance.now();
    await page.setInputFiles('input[type=file][accept=".zip"]', zip);
    await page.waitForFunction(
      `document.querySelectorAll('.class-card .example .face[aria-label]').length === ${10 * clips}`,
      undefined,
      long,
    );
    row(`${10 * clips} clips read from a zip`, '', seconds((performance.now() - began) / 1000));

    await page.click('nav a[href="#train"]');
    await page.locator('label', { hasText: effort }).click();
    tell('training ...');
    began = performance.now();
    await page.getByRole('button', { name: 'Train', exact: true }).click();
    await page.locator('nav .dot').waitFor(long);
    row('first model after the click', '20 s', seconds((performance.now() - began) / 1000));
    const first = await keptModel(page);
    row('... right on validation clips', '', percent(first));

    await page.click('nav a[href="#watch"]');
    await page.getByRole('button', { name: 'Turn on camera and microphone' }).click();
    row('live predictions a second while it trains', '', (await liveRate(page)).toFixed(1));
    await page.getByRole('button', { name: 'Turn off' }).click();
    await page.click('nav a[href="#train"]');
    let last = first;
    const state = page.locator('.state-line');
    while (!/^(Finished|Stopped)/.test((await state.textContent()) ?? '')) {
      await page.waitForTimeout(1000);
      const now = await keptModel(page);
      if (now?.epoch !== last?.epoch)
        tell(`${seconds((performance.now() - began) / 1000)}: epoch ${now?.epoch}, ${percent(now)}`);
      last = now;
    }
    row(`whole training ("${effort}") after the click`, '10 min', seconds((performance.now() - began) / 1000));
    row(`... best model, of epoch ${last?.epoch}: right on validation clips`, '', percent(last));

    await page.click('nav a[href="#watch"]');
    await page.getByRole('button', { name: 'Turn on camera and microphone' }).click();
    row('live predictions a second', '5', (await liveRate(page)).toFixed(1));
  } finally {
    await context.close();
  }
}

/** Median over 15 seconds of what the page says of itself, after five to warm up. */
async function liveRate(page: Page): Promise<number> {
  await page.locator('.verdict[data-best]').waitFor(long);
  await page.waitForTimeout(5000);
  const rates: number[] = [];
  for (let count = 0; count < 15; count++) {
    await page.waitForTimeout(1000);
    rates.push(Number(await page.locator('[data-rate]').getAttribute('data-rate')));
  }
  return spreadOf(rates).median;
}

async function keptModel(page: Page): Promise<Kept> {
  const [epoch, accuracy] = (await page.evaluate(`new Promise((done, fail) => {
    const opening = indexedDB.open('duet-studio');
    opening.onerror = fail;
    opening.onsuccess = () => {
      const asking = opening.result.transaction('values').objectStore('values').get('model');
      asking.onerror = fail;
      asking.onsuccess = () => { opening.result.close(); done([asking.result?.epoch, asking.result?.accuracy]); };
    };
  })`)) as [number | undefined, number | undefined];
  return epoch === undefined || accuracy === undefined ? undefined : { epoch, accuracy };
}

function seconds(value: number): string {
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} s`;
}

function percent(kept: Kept): string {
  return kept ? `${(100 * kept.accuracy).toFixed(1)} %` : '–';
}
