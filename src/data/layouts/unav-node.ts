// UnAV-100 (Geng et al. 2023), and others that write annotations as ActivityNet does: one JSON file with a `database`
// of untrimmed videos, each with its subset and the segments of its events; or a file for each sense.
import { DuetError } from '../../errors.ts';
import { readActivityNet } from '../../files/events/activity-net.ts';
import { readTextClearly } from '../../files/read-text-node.ts';
import { byCodeUnits } from '../dataset.ts';
import { findFiles } from './annotation-files-node.ts';
import { readEventVideos, senseIn } from './event-files-node.ts';
import type { Layout } from './layout.ts';

export const unavLayout: Layout = {
  annotations: ['class', 'events'],
  describes: async (root) => (await findAnnotations(root)).length > 0,
  async read(root, annotation) {
    const paths = await findAnnotations(root);
    if (paths.length === 0) {
      throw new DuetError(
        `The folder "${root}" holds no annotations with a "database"; put unav100_annotations.json there.`,
      );
    }
    // Files for several senses list the same videos, which a classifier needs once.
    const read = annotation === 'events' ? paths : paths.slice(0, 1);
    const sources = await Promise.all(
      read.map(async (path) => {
        const file = readActivityNet(await readTextClearly(path), path);
        return { path, file, ...(paths.length > 1 && { sense: senseIn(path) }) };
      }),
    );
    return readEventVideos({ root, sources }, annotation);
  },
};

/** By name, so that the files of a data set come in one order. */
async function findAnnotations(root: string): Promise<string[]> {
  const isNamed = (file: string) => /annotations?.*\.json$|^(tal|sed|avel)\.json$/i.test(file);
  const found: string[] = [];
  for (const path of (await findFiles(root, isNamed)).sort(byCodeUnits))
    if (/"database"\s*:\s*\{/.test(await readTextClearly(path))) found.push(path);
  return found;
}
