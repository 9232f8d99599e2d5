// The example project of the first screen: from an empty page to clips that a training can begin with.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { serveFolder, studioPolicy } from '../../src/cli/static-server.ts';
import { browserPath, visit } from './browser.ts';

const page = fileURLToPath(new URL('../../dist/studio/', import.meta.url));

test.skipIf(browserPath === undefined)('one click makes three classes of clips with picture and sound', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'duet-example-project-'));
  const server = await serveFolder(page, 0, studioPolicy);
  const { context, page: shown, problems } = await visit({ profile: join(folder, 'profile') });
  try {
    await shown.goto(`${server.url}#teach`);
    await shown.getByRole('button', { name: 'Try it with generated clips' }).click();
    const full = shown.locator('.class-card .count', { hasText: /^6 examples$/ });
    await expect.poll(() => full.count(), { timeout: 240_000 }).toBe(3);
    await expect.poll(() => shown.getByRole('button', { name: 'Go on to training' }).isEnabled()).toBe(true);
    expect(await shown.locator('.example .hint, .example.failed').count()).toBe(0);
    expect(problems).toEqual([]);
    await shown.screenshot({ path: join(page, '../studio-screenshots/example-project.png') });
  } finally {
    await context.close();
    await server.close();
    await rm(folder, { recursive: true, force: true });
  }
});
