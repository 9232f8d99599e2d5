// UnAV-100 (Geng et al. 2023), and others that write annotations as ActivityNet does: one JSON file with a `database`
// of untrimmed videos, each with its subset and the segments of its events.
import { DuetError } from '../../errors.ts';
import { readActivityNet } from '../../files/events/activity-net.ts';
import { readTextClearly } from '../../files/read-text-node.ts';
import { findFiles } from './annotation-files-node.ts';
import { readEventVideos } from './event-files-node.ts';
import type { Layout } from './layout.ts';

export const unavLayout: Layout = {
  annotations: ['class', 'events'],
  describes: async (root) => (await findAnnotations(root)) !== undefined,
  async read(root, annotation) {
    const path = await findAnnotations(root);
    if (path === undefined) {
      throw new DuetError(
        `The folder "${root}" holds no annotations with a "database"; put unav100_annotations.json there.`,
      );
    }
    const file = readActivityNet(await readTextClearly(path), path);
    return readEventVideos({ root, sources: [{ path, file }] }, annotation);
  },
};

async function findAnnotations(root: string): Promise<string | undefined> {
  for (const path of await findFiles(root, (file) => /annotations?.*\.json$/i.test(file))) {
    if (/"database"\s*:\s*\{/.test(await readTextClearly(path))) return path;
  }
  return undefined;
}
