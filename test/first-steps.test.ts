// The commands of the first guide, as it types them; only the training is shorter.
import { copyFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, inject, test } from 'vitest';
import { codeBlocks } from '../scripts/pages.ts';
import { duet, newFolder, small } from './duet.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

test('a new user gets from two folders of videos to a prediction', async () => {
  const folder = await newFolder('first-steps');
  const { data } = inject('shared');
  await symlink(data, join(folder, 'videos'), 'junction');
  await copyFile(join(data, 'test/metal-bowl/000.webm'), join(folder, 'new.webm'));
  const typed = codeBlocks(root, 'docs/first-steps.md')
    .filter(({ language }) => language === 'sh')
    .flatMap(({ code }) => code.trim().split('\n'))
    .map((line) => line.split(' ').slice(1));
  expect(typed.map(([command]) => command)).toEqual(['data', 'train', 'evaluate', 'predict']);
  for (const argv of typed) {
    const shorter = argv[0] === 'train' ? ['--epochs', '1', '--batch', '6', ...small] : [];
    const { code, error } = await duet([...argv, ...shorter], { folder });
    expect(code, `duet ${argv.join(' ')}: ${error}`).toBe(0);
  }
});
