import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { checkContainers } from './check-container-node.ts';
import type { Example } from './dataset.ts';
import { writeClip } from './generated-clips.test-data.ts';

test('fakes that are all longer betray themselves, and clips that cannot be read are left out', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'duet-container-'));
  try {
    const examples: Example[] = [];
    for (let n = 0; n < 20; n++) {
      const [id, real] = [String(n), n < 10];
      await writeClip(join(folder, id), real ? 0.2 : 0.3);
      const media = { kind: 'pair', image: join(folder, `${id}.png`), audio: join(folder, `${id}.wav`) } as const;
      examples.push({ id, split: 'test', media, annotations: [{ kind: 'truth', real }] });
    }
    examples.push({ ...examples[0]!, id: 'gone', media: { kind: 'video', path: join(folder, 'gone.mp4') } });
    const found = await checkContainers(examples, { workers: 0 });
    expect(found[0]).toEqual({ fact: 'duration', auc: 1, isTelling: true });
    expect(found.find(({ fact }) => fact === 'sample rate')).toEqual({
      fact: 'sample rate',
      auc: 0.5,
      isTelling: false,
    });
    expect(await checkContainers(examples.slice(0, 10), { workers: 0 })).toEqual([]);
  } finally {
    await rm(folder, { recursive: true });
  }
});
