// LAV-DF (Cai et al. 2022) and AV-Deepfake1M (Cai et al. 2024): lists in JSON of videos with the seconds that are fake.
import { open } from 'node:fs/promises';
import { basename, dirname, relative, sep } from 'node:path';
import * as z from 'zod';
import { DuetError } from '../../errors.ts';
import { readJsonClearly } from '../../files/read-clearly-node.ts';
import { checkSchema } from '../../files/schema-error.ts';
import { type MissingClip, readSplitNames, type UnsplitExample } from '../dataset.ts';
import { findFiles } from './annotation-files-node.ts';
import type { Layout, LayoutContent } from './layout.ts';
import { truthExample } from './truth-example.ts';
import { findVideos } from './video-files-node.ts';

const periods = z.array(z.tuple([z.number(), z.number()]));
const common = { file: z.string(), split: z.string().optional(), original: z.string().nullish() };

/** One entry of either list, as the same facts. */
type Listed = {
  readonly file: string;
  readonly split?: string | undefined;
  readonly original?: string | null | undefined;
  readonly periods: readonly (readonly [number, number])[];
  /** Which sides were changed; undefined for real videos. */
  readonly changed: 'picture' | 'sound' | 'picture and sound' | undefined;
};

const lavDfSchema = z
  .object({ ...common, fake_periods: periods, modify_video: z.boolean(), modify_audio: z.boolean() })
  .transform(({ fake_periods, modify_video, modify_audio, ...rest }): Listed => {
    const both = modify_video && modify_audio;
    const changed = both ? 'picture and sound' : modify_video ? 'picture' : modify_audio ? 'sound' : undefined;
    return { ...rest, periods: fake_periods, changed };
  });

const changedBy = {
  real: undefined,
  visual_modified: 'picture',
  audio_modified: 'sound',
  both_modified: 'picture and sound',
} as const;
const avDeepfake1mSchema = z
  .object({
    ...common,
    fake_segments: periods,
    modify_type: z.enum(['real', 'visual_modified', 'audio_modified', 'both_modified']),
  })
  .transform(({ fake_segments, modify_type, ...rest }): Listed => {
    return { ...rest, periods: fake_segments, changed: changedBy[modify_type] };
  });

export const lavDfLayout = periodsLayout('LAV-DF', /^metadata(\.min)?\.json$/i, '"fake_periods"', lavDfSchema);
export const avDeepfake1mLayout = periodsLayout(
  'AV-Deepfake1M',
  /^(train_|val_|test_)?metadata\.json$/i,
  '"fake_segments"',
  avDeepfake1mSchema,
);

/** @param word what the lists hold and others do not. */
function periodsLayout(name: string, lists: RegExp, word: string, schema: z.ZodType<Listed>): Layout {
  const findLists = async (root: string) => {
    const found: string[] = [];
    for (const path of await findFiles(root, (file) => lists.test(file)))
      if ((await firstLines(path)).includes(word)) found.push(path);
    return found;
  };
  return {
    annotations: ['truth'],
    describes: async (root) => (await findLists(root)).length > 0,
    async read(root) {
      const paths = await findLists(root);
      if (paths.length === 0)
        throw new DuetError(`The folder "${root}" holds no list of ${name} with ${word}; put its metadata there.`);
      return readLists(root, paths, schema);
    },
  };
}

/** Lists may have a million entries: their beginning says what they are. */
async function firstLines(path: string): Promise<string> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4096), 0, 4096, 0);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
}

async function readLists(root: string, paths: readonly string[], schema: z.ZodType<Listed>): Promise<LayoutContent> {
  const videos = new Set(await findVideos(root));
  const examples: UnsplitExample[] = [];
  const missing: MissingClip[] = [];
  const entries = new Map<string, Listed & { readonly folder: string }>();
  for (const path of paths) {
    const folder = relative(root, dirname(path)).split(sep).join('/');
    const list = checkSchema(z.array(schema), await readJsonClearly(path), path);
    // One list may be a shorter copy of another.
    for (const entry of list) if (!entries.has(entry.file)) entries.set(entry.file, { ...entry, folder });
  }
  const splitOf = readSplitNames([...entries.values()].flatMap(({ split }) => split ?? []));
  for (const { file, folder, split: named, original, periods: fakes, changed } of entries.values()) {
    const split = named === undefined ? undefined : splitOf(named);
    const inFolder = folder === '' ? file : `${folder}/${file}`;
    const path = [inFolder, file, `${named}/${file}`, `${named}/${basename(file)}`].find((path) => videos.has(path));
    const real = changed === undefined;
    if (path === undefined)
      missing.push({
        id: file,
        label: real ? 'real' : 'fake',
        ...(split && { split }),
        reason: 'There is no such file.',
      });
    else
      examples.push(
        truthExample(root, path, real ? { real } : { real, method: changed, fakes }, {
          split,
          group: original ?? file,
        }),
      );
  }
  return { examples, ignored: [], missing };
}
