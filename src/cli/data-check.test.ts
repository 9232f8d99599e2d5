import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { DataCheck } from '../data/check-data-node.ts';
import { writeClips } from '../data/generated-clips.test-data.ts';
import { checkText } from './data-check.ts';
import { runDuet } from './run.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'duet-data-check-'));
  vi.stubEnv('DUET_CACHE', join(folder, 'cache'));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

async function duet(...argv: string[]): Promise<{ code: number; out: string; error: string }> {
  let [out, error] = ['', ''];
  const streams = {
    stdout: { write: (text: string) => (out += text) },
    stderr: { write: (text: string) => (error += text) },
  };
  const code = await runDuet(argv, streams, {});
  return { code, out, error };
}

test('help has examples', async () => {
  const { code, out } = await duet('data', 'check', '--help');
  expect(code).toBe(0);
  expect(out).toMatchSnapshot();
});

test('clips that are skipped leave the exit code at 0, data that cannot be trained on makes it 1', async () => {
  const data = join(folder, 'data');
  await writeClips(data, { a: 5, b: 5 });
  await writeFile(join(data, 'a/0.png'), 'no picture');
  const usable = await duet('data', 'check', data, '--json');
  expect(usable.code).toBe(0);
  expect((JSON.parse(usable.out) as DataCheck).broken).toMatchObject([{ id: 'a/0.png+a/0.wav', label: 'a' }]);
  await mkdir(join(data, 'c'));
  await writeClips(data, { c: 1 });
  const { code, out } = await duet('data', 'check', data, '--quiet');
  expect(code).toBe(1);
  expect(out).toMatch(/1 broken or cut short:\n {2}a\/0.png/);
  expect(out).toMatch(/Training could not run:\n {2}The class "c" has only one clip/);
});

test('no more than five of a kind are shown', () => {
  const missing = Array.from({ length: 7 }, (_, index) => ({ id: `v${index}`, label: 'a', reason: 'gone' }));
  const none = {
    broken: [],
    withoutPicture: [],
    withoutSound: [],
    silent: [],
    pastEnd: [{ id: 'a.mp4#3-30', label: 'a', split: 'train' as const, seconds: 26 }],
    betrayals: [
      { fact: 'duration', auc: 0.97, isTelling: true },
      { fact: 'width', auc: 0.5, isTelling: false },
    ],
    duplicates: [],
    scarce: [],
    ignored: [],
    blocking: [],
  };
  const text = checkText({
    layout: 'ave',
    annotation: 'class',
    splitOrigin: 'given',
    clips: 1,
    classes: [{ name: 'a', train: 1, val: 0, test: 0 }],
    missing,
    ...none,
  });
  expect(text).toContain('7 listed, but without a file:\n  v0: gone');
  expect(text).toContain('and 2 more; --json names all');
  expect(text).toContain('1 annotated past the end of the file:\n  a.mp4#3-30: ends 26.0 s after the file');
  expect(text).toContain('1 facts of the files that betray the fakes:\n  duration: area under ROC 97.0 % by itself');
  expect(text).not.toContain('v5');
  expect(text).toMatch(/Training could run\.\n$/);
});
