// UnAV-100 (Geng et al. 2023), and others that write annotations as ActivityNet does: one JSON file with a `database`
// of untrimmed videos, each with its subset and the segments of its events. Every event is a clip of its class.
import { z } from 'zod';
import { DuetError } from '../../errors.ts';
import { readJsonClearly } from '../../files/read-clearly.ts';
import { readTextClearly } from '../../files/read-text-node.ts';
import { checkSchema } from '../../files/schema-error.ts';
import { readSplitNames } from '../dataset.ts';
import { findFiles } from './annotation-files-node.ts';
import { findMedia } from './find-media-node.ts';
import type { Layout, LayoutContent } from './layout.ts';
import { type Segment, segmentExamples } from './segments-node.ts';

const schema = z.object({
  database: z.record(
    z.string(),
    z.object({
      subset: z.string(),
      annotations: z.array(z.object({ segment: z.tuple([z.number(), z.number()]), label: z.string() })),
    }),
  ),
});

export const unavLayout: Layout = {
  describes: async (root) => (await findAnnotations(root)) !== undefined,
  read: readUnav,
};

async function readUnav(root: string): Promise<LayoutContent> {
  const path = await findAnnotations(root);
  if (path === undefined) {
    throw new DuetError(
      `The folder "${root}" holds no annotations with a "database"; put unav100_annotations.json there.`,
    );
  }
  const { database } = checkSchema(schema, await readJsonClearly(path), path);
  const videos = Object.entries(database);
  const splitOf = readSplitNames(videos.map(([, { subset }]) => subset));
  const segments = videos.flatMap(([video, { subset, annotations }]): Segment[] => {
    const split = splitOf(subset);
    if (!split)
      throw new DuetError(
        `The video "${video}" in "${path}" is of the unknown subset "${subset}"; name it train, validation or test.`,
      );
    return annotations.map(({ segment: [start, end], label }) => ({ video, start, end, label, split }));
  });
  const found = await findMedia(root, (name) => Object.hasOwn(database, name));
  return segmentExamples(segments, [], ({ video }) => {
    const clip = found.clip(video);
    return typeof clip === 'string' ? clip : { clip, isWhole: true };
  });
}

async function findAnnotations(root: string): Promise<string | undefined> {
  for (const path of await findFiles(root, (file) => /annotations?.*\.json$/i.test(file))) {
    if (/"database"\s*:\s*\{/.test(await readTextClearly(path))) return path;
  }
  return undefined;
}
