// An experiment as people run it: interrupted, asked what is left, gone on with, and with something wrong in it.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, inject, test } from 'vitest';
import { duet, duetHere, duetJson, newFolder, theOneSentence } from './duet.ts';

const tiny = fileURLToPath(new URL('../examples/experiments/tiny.json', import.meta.url));

type Results = { readonly finished: number; readonly failed: readonly { readonly variant: string }[] };

test('Ctrl-C saves, --dry-run says what is left, and the same command ends in what an undisturbed one gives', async () => {
  const folder = await newFolder('experiment');
  const argv = ['experiment', tiny, '--data', inject('shared').data, '--seeds', '0', '--threads', '1'];
  const whole = await duetJson<Results>([...argv, '--out', join(folder, 'whole')]);
  expect(whole).toMatchObject({ finished: 2, failed: [] });

  let asked = false;
  const out = join(folder, 'stopped');
  const stopped = await duet([...argv, '--out', out], {
    watch(error, child) {
      if (asked || !/^tokens, seed 0: .* right/m.test(error)) return;
      asked = true;
      child.kill('SIGINT');
    },
  });
  expect(stopped.code, stopped.error).toBe(130);
  expect(stopped.out).toContain('runs finished; the same command does the others.');
  const { runs, seconds } = await duetJson<{ runs: { finished: boolean }[]; seconds: number }>([
    ...argv,
    '--out',
    out,
    '--dry-run',
  ]);
  expect(runs.map(({ finished }) => finished)).toContain(false);
  expect(seconds).toBeGreaterThan(0);

  const again = await duet([...argv, '--out', out]);
  expect(again.code, again.error).toBe(0);
  expect(again.error).not.toContain('tokens, seed 0');
  const results = async (at: string) =>
    JSON.parse(await readFile(join(at, 'results.json'), 'utf8'), (key, value) =>
      key === 'seconds' ? undefined : value,
    ) as unknown;
  expect(await results(out)).toEqual(await results(join(folder, 'whole')));
});

test('a failing run ends the command with 1 after the others; --only and --seeds take a part; a wrong key runs nothing', async () => {
  const folder = await newFolder('experiment');
  const file = async (name: string, options: object) => {
    const grid = { data: inject('shared').data, imageSize: 64, seeds: [0, 1], options: { epochs: 1, ...options } };
    const variants = { probe: { recipe: 'probe' }, broken: { recipe: 'probe', imageSize: 50 } };
    await writeFile(join(folder, name), JSON.stringify({ ...grid, variants }));
    return join(folder, name);
  };
  const out = ['--out', join(folder, 'out'), '--threads', '1'];
  const failing = await duetHere(['experiment', await file('failing.json', {}), '--seeds', '0', '--json', ...out]);
  expect(failing.code, failing.error).toBe(1);
  expect(JSON.parse(failing.out)).toMatchObject({ runs: 2, finished: 1, failed: [{ variant: 'broken', seed: 0 }] });
  const part = await duetJson<Results>(['experiment', join(folder, 'failing.json'), '--only', 'probe', ...out]);
  expect(part).toMatchObject({ finished: 2, failed: [] });
  const wrong = await duetHere(['experiment', await file('wrong.json', { learningrate: 1 }), ...out]);
  expect(theOneSentence(wrong)).toMatch(
    /variant 'probe', has the unknown key 'learningrate'; did you mean 'learningRate'\?/,
  );
});
