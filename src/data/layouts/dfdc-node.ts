// DFDC (Dolhansky et al. 2020): folders of videos, each with a metadata.json that says REAL or FAKE and from which
// original. A fake and its original are never in two splits.
import { dirname, relative, sep } from 'node:path';
import * as z from 'zod';
import { DuetError } from '../../errors.ts';
import { readJsonClearly } from '../../files/read-clearly-node.ts';
import { readTextClearly } from '../../files/read-text-node.ts';
import { checkSchema } from '../../files/schema-error.ts';
import { type MissingClip, readSplitNames, type UnsplitExample } from '../dataset.ts';
import { findFiles } from './annotation-files-node.ts';
import type { Layout } from './layout.ts';
import { truthExample } from './truth-example.ts';
import { findVideos } from './video-files-node.ts';

const schema = z.record(
  z.string(),
  z.object({ label: z.enum(['REAL', 'FAKE']), split: z.string().nullish(), original: z.string().nullish() }),
);

export const dfdcLayout: Layout = {
  annotations: ['truth'],
  describes: async (root) => (await findLists(root)).length > 0,
  async read(root) {
    const lists = await findLists(root);
    if (lists.length === 0)
      throw new DuetError(`The folder "${root}" holds no metadata.json with labels REAL and FAKE; put it there.`);
    const videos = new Set(await findVideos(root));
    const listed = [];
    for (const path of lists) {
      const folder = relative(root, dirname(path)).split(sep).join('/');
      for (const [file, entry] of Object.entries(checkSchema(schema, await readJsonClearly(path), path)))
        listed.push({ ...entry, file, path: folder === '' ? file : `${folder}/${file}` });
    }
    // What all clips share divides nothing: the published training parts are all `train`.
    const names = new Set(listed.map(({ split }) => split));
    const splitOf = names.size > 1 && !names.has(undefined) && !names.has(null) ? readSplitNames([]) : undefined;
    const examples: UnsplitExample[] = [];
    const missing: MissingClip[] = [];
    for (const { file, path, label, split: named, original } of listed) {
      const split = splitOf?.(named!);
      const real = label === 'REAL';
      if (videos.has(path)) examples.push(truthExample(root, path, { real }, { split, group: original ?? file }));
      else
        missing.push({
          id: path,
          label: real ? 'real' : 'fake',
          ...(split && { split }),
          reason: 'There is no such file.',
        });
    }
    return { examples, ignored: [], missing };
  },
};

async function findLists(root: string): Promise<string[]> {
  const lists: string[] = [];
  for (const path of await findFiles(root, (file) => file === 'metadata.json')) {
    if (/"label"\s*:\s*"(REAL|FAKE)"/.test(await readTextClearly(path))) lists.push(path);
  }
  return lists;
}
