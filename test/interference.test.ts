// What happens around a training while it runs: its readers go away, its cache is emptied, another one is started in
// its folder, the batch system ends it. None of it may change what is learned.
import { cp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, inject, test } from 'vitest';
import { duet, type Ended, newFolder, small, theOneSentence } from './duet.ts';

const settings = ['--epochs', '1', '--batch', '6', ...small];
const adapterOf = (run: string) => readFile(join(run, 'adapter_model.safetensors'));
const sharedAdapter = () => adapterOf(inject('shared').run);

async function readings(cache: string): Promise<string[]> {
  return (await readdir(cache, { recursive: true })).filter((name) => name.endsWith('.reading'));
}

test('a training whose readers go away, and in whose folder another is started, ends in the adapter of one left alone', async () => {
  const { data } = inject('shared');
  const run = join(await newFolder('beside'), 'run');
  const train = ['train', data, '--out', run, ...settings];
  let second: Promise<Ended> | undefined;
  const first = await duet(train, {
    watch(error, { stdout, stderr }) {
      if (second || !/computed on +cpu/.test(error)) return;
      stdout?.destroy();
      stderr?.destroy();
      second = duet([...train, '--force', '--seed', '4']);
    },
  });
  expect(first.code).toBe(0);
  expect(theOneSentence(await second!)).toMatch(
    /is in use by another training \(process \d+ on .+\); wait until it has ended, or name another folder with --out/,
  );
  expect((await adapterOf(run)).equals(await sharedAdapter())).toBe(true);
  expect(await readdir(run)).not.toContain('.lock');
});

test('a training whose cache is deleted decodes again and ends in the same adapter', async () => {
  const { data, root } = inject('shared');
  const folder = await newFolder('cleaned');
  const [run, cache] = [join(folder, 'run'), join(folder, 'cache')];
  await cp(join(root, 'cache'), cache, { recursive: true });
  let cleaned: Promise<unknown> | undefined;
  const ended = await duet(['train', data, '--out', run, ...settings], {
    environment: { DUET_CACHE: cache },
    watch(error) {
      // At once, and away from where files are being written.
      if (/computed on +cpu/.test(error))
        cleaned ??= rename(cache, `${cache}-gone`).then(() => rm(`${cache}-gone`, { recursive: true }));
    },
  });
  await cleaned;
  expect(ended.code, ended.error).toBe(0);
  expect(ended.out).not.toContain('Skipped');
  expect((await readings(cache)).length).toBeGreaterThan(0);
  expect((await adapterOf(run)).equals(await sharedAdapter())).toBe(true);
});

test('SIGTERM to the whole group of processes while clips are decoded is an interruption, and no clip is to blame', async () => {
  const { data } = inject('shared');
  const folder = await newFolder('group');
  const environment = { DUET_CACHE: join(folder, 'cache') };
  let asked = false;
  const stopped = await duet(['train', data, '--out', 'run', ...settings], {
    ...{ folder, environment, ownGroup: true },
    watch(error, { pid }) {
      if (asked || !/decode \d+\/20/.test(error)) return;
      asked = true;
      process.kill(-pid!, 'SIGTERM');
    },
  });
  expect(stopped.code, stopped.error).toBe(130);
  expect(stopped.out).not.toContain('Skipped');
  // As a killed process leaves it.
  const temporary = '.config.json.01234567-89ab-cdef-0123-456789abcdef.tmp';
  await writeFile(join(folder, 'run', temporary), '{');
  const resumed = await duet(['train', '--out', 'run', '--resume', '--threads', '1'], { folder, environment });
  expect(resumed.code, resumed.error).toBe(0);
  expect((await adapterOf(join(folder, 'run'))).equals(await sharedAdapter())).toBe(true);
  expect(await readdir(join(folder, 'run'))).not.toContain(temporary);
});

test('a run is not gone on with when a clip that it learned from has changed', async () => {
  const { data, run: shared } = inject('shared');
  const folder = await newFolder('changed');
  const [run, copy] = [join(folder, 'run'), join(folder, 'data')];
  await cp(shared, run, { recursive: true });
  await cp(data, copy, { recursive: true });
  const resume = () => duet(['train', copy, '--out', run, '--resume', '--epochs', '2', '--threads', '1']);
  const config = await readFile(join(run, 'config.json'), 'utf8');
  await writeFile(join(run, 'config.json'), config.replace(JSON.stringify(data), JSON.stringify(copy)));
  await cp(join(data, 'train/metal-bowl/001.webm'), join(copy, 'train/metal-bowl/000.webm'));
  expect(theOneSentence(await resume())).toMatch(
    /was begun with clips that have changed since; put back what was there/,
  );
  await writeFile(join(copy, 'train/metal-bowl/000.webm'), 'no video');
  expect(theOneSentence(await resume())).toMatch(
    /was begun with 16 usable clips .*, and now there are 15; "train\/metal-bowl\/000\.webm" cannot be used: .*; put back/,
  );
  expect((await adapterOf(run)).equals(await sharedAdapter())).toBe(true);
});
