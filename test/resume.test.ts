// Training is a function of its settings and its seed: stopping, going on and running twice change nothing.
import { readFile, rm, stat, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import { readSafetensors } from '../src/files/safetensors.ts';
import { duet, duetByShell, duetHere, newFolder, small, theOneSentence } from './duet.ts';

const adapterFile = 'adapter_model.safetensors';
const adapterOf = (run: string) => readFile(join(run, adapterFile));

/** The epochs, without what the clock says. */
async function historyOf(run: string): Promise<Record<string, unknown>[]> {
  const { epochs: history } = JSON.parse(await readFile(join(run, 'history.json'), 'utf8')) as {
    epochs: Record<string, unknown>[];
  };
  return history.map(({ seconds: _, ...record }) => record);
}

async function progressOf(run: string): Promise<{ epoch: number; stepsInEpoch: number }> {
  const { metadata } = readSafetensors(await readFile(join(run, 'checkpoint.safetensors')));
  return JSON.parse(metadata.progress!);
}

async function trained(run: string, ...options: string[]): Promise<string> {
  const ended = await duet(['train', inject('shared').data, '--out', run, ...small, ...options]);
  expect(ended.code, ended.error).toBe(0);
  return run;
}

// Steps long enough that progress tells of them and an interrupt falls between two: larger pictures, two clips at a
// time. Heads have a quick start in the other tests.
const [epochs, stepsPerEpoch] = [2, 6];
const settings = ['--epochs', String(epochs), '--batch', '2', '--no-head-start'];
const long = [...settings, '--threads', '1', '--image-size', '160'];

describe('a run interrupted in the middle of an epoch', () => {
  test('exits with 130, says how to go on, and then ends in the same numbers as one that was never stopped', async () => {
    const { data } = inject('shared');
    const folder = await newFolder('resume');
    const whole = duet(['train', data, '--out', join(folder, 'whole'), ...long]);

    let asked = false;
    const stopped = await duet(['train', data, '--out', 'my run', ...long], {
      folder,
      watch(error, child) {
        const [, step] = /epoch \d+\/\d+[^\n]*· step (\d+)\/\d+[^\n]*\n$/.exec(error) ?? [];
        // The last steps are left out: the signal must not come when the epoch is over.
        if (asked || step === undefined || Number(step) > stepsPerEpoch - 2) return;
        asked = true;
        child.kill('SIGINT');
      },
    });
    expect(asked, stopped.error).toBe(true);
    expect(stopped.code).toBe(130);
    expect(stopped.error).toContain('duet: stopping after the work under way; press Ctrl-C again to stop at once');
    const { epoch, stepsInEpoch } = await progressOf(join(folder, 'my run'));
    expect(epoch).toBeLessThan(epochs);
    expect(stepsInEpoch).toBeGreaterThan(0);
    expect(stepsInEpoch).toBeLessThan(stepsPerEpoch);

    // As printed, by a shell, where `duet` is the compiled command.
    const [, printed] = /^Go on: +duet (.+)$/m.exec(stopped.out) ?? [];
    expect(printed).toBe("train --out 'my run' --resume --threads 1");
    const resumed = await duetByShell(printed!, folder);
    expect(resumed.code, resumed.error).toBe(0);
    expect(resumed.out).toMatch(/^Trained 2 epochs/);
    expect((await whole).code).toBe(0);
    expect(await historyOf(join(folder, 'my run'))).toEqual(await historyOf(join(folder, 'whole')));
    expect((await adapterOf(join(folder, 'my run'))).equals(await adapterOf(join(folder, 'whole')))).toBe(true);
  });
});

test('an interrupt before the first step also exits with 130, and the printed command goes on', async () => {
  const { data } = inject('shared');
  const folder = await newFolder('early');
  let asked = false;
  // Another cache, so that clips have to be decoded first.
  const environment = { DUET_CACHE: join(folder, 'cache') };
  const argv = ['train', data, '--out', 'run', '--epochs', '1', '--batch', '6', ...small];
  const stopped = await duet(argv, {
    ...{ folder, environment },
    watch(error, child) {
      if (asked || !/computed on +cpu/.test(error)) return;
      asked = true;
      child.kill('SIGINT');
    },
  });
  expect(stopped.code, stopped.error).toBe(130);
  expect(stopped.out).toContain('Go on:  duet train --out run --resume --threads 1\n');
  const resumed = await duet(['train', '--out', 'run', '--resume', '--threads', '1'], { folder, environment });
  expect(resumed.code, resumed.error).toBe(0);
  const { run } = inject('shared');
  expect((await adapterOf(join(folder, 'run'))).equals(await adapterOf(run))).toBe(true);
});

describe('a resumed run', () => {
  let whole: string;
  let run: string;
  beforeAll(async () => {
    const folder = await newFolder('resumed');
    const begin = (name: string, count: string) =>
      trained(join(folder, name), '--recipe', 'reference', '--batch', '12', '--epochs', count);
    [whole, run] = await Promise.all([begin('whole', '2'), begin('run', '1')]);
  });

  test('refuses other settings by name, and stays as it was', async () => {
    const { data } = inject('shared');
    const before = await adapterOf(run);
    const refused = async (...argv: string[]) =>
      theOneSentence(await duetHere(['train', data, '--out', run, '--resume', ...argv]));
    expect(await refused('--lr', '0.5')).toMatch(
      /was begun with learningRate 0.0001, not 0.5; resume it with the same settings/,
    );
    expect(await refused('--image-size', '32')).toMatch(/was begun with imageSize \[64,64\], not \[32,32\]/);
    expect((await adapterOf(run)).equals(before)).toBe(true);
  });

  test('that is asked for more epochs and meets a full disk says so, and goes on when there is space', async () => {
    await rm(join(run, 'history.json'));
    await symlink('/dev/full', join(run, 'history.json'));
    const longer = ['train', '--out', run, '--resume', '--epochs', '2', '--threads', '1'];
    const ended = await duet(longer);
    expect(theOneSentence(ended)).toMatch(/Cannot write .*history\.json: the disk is full; free some space/);
    await rm(join(run, 'history.json'));
    const resumed = await duet(longer);
    expect(resumed.code, resumed.error).toBe(0);
    expect(await historyOf(run)).toHaveLength(2);
    expect(await historyOf(run)).toEqual(await historyOf(whole));
    expect((await adapterOf(run)).equals(await adapterOf(whole))).toBe(true);
  });
});

describe('a run', () => {
  test('with the same seed has the same bytes, with another seed others', async () => {
    const { run } = inject('shared');
    const folder = await newFolder('seeds');
    const options = ['--epochs', '1', '--batch', '6'];
    const [again, other] = await Promise.all([
      trained(join(folder, 'again'), ...options, '--workers', '0'),
      trained(join(folder, 'other'), ...options, '--seed', '7'),
    ]);
    expect((await adapterOf(again)).equals(await adapterOf(run))).toBe(true);
    expect((await adapterOf(other)).equals(await adapterOf(run))).toBe(false);
    expect(await historyOf(again)).toEqual(await historyOf(run));
  });

  test('leaves an adapter that is small, and whose token sets have their attention folded in', async () => {
    const { run } = inject('shared');
    const path = join(run, adapterFile);
    const { tensors } = readSafetensors(await readFile(path));
    expect([...tensors.keys()].filter((name) => /attention\.|projection/.test(name))).toEqual([]);
    expect(tensors.get('shared_tokens')?.shape).toEqual([5, 192]);
    // The state of training has the attention layers, contrastive projections and two moments of Adam besides.
    expect((await stat(path)).size).toBeLessThan(1.5e6);
    expect((await stat(join(run, 'checkpoint.safetensors'))).size).toBeGreaterThan(10e6);
  });
});
