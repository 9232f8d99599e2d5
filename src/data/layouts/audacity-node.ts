// Recordings with label tracks of Audacity beside them: `a.wav` or `a.mp4` and `a.txt`.
import { basename } from 'node:path';
import { DuetError } from '../../errors.ts';
import { readAudacityLabels } from '../../files/events/audacity.ts';
import { parseTime } from '../../files/events/events.ts';
import { readTextClearly } from '../../files/read-text-node.ts';
import { findFiles } from './annotation-files-node.ts';
import { type EventSource, readEventVideos, senseIn } from './event-files-node.ts';
import type { Layout } from './layout.ts';

export const audacityLayout: Layout = {
  annotations: ['events', 'class'],
  describes: async (root) => (await findTracks(root)).length > 0,
  async read(root, annotation) {
    const tracks = await findTracks(root);
    if (tracks.length === 0)
      throw new DuetError(
        `The folder "${root}" holds no label tracks (start, end and label, separated by tabs); put one as a.txt beside a.mp4.`,
      );
    const sources = tracks.map(({ path, text }): EventSource => {
      const name = basename(path).replace(/\.txt$/i, '');
      return { path, file: readAudacityLabels(text, name, path), sense: senseIn(name) };
    });
    return readEventVideos({ root, sources }, annotation);
  },
};

async function findTracks(root: string) {
  const tracks: { readonly path: string; readonly text: string }[] = [];
  for (const path of await findFiles(root, (file) => file.toLowerCase().endsWith('.txt'))) {
    const text = await readTextClearly(path).catch(() => '');
    const [start = '', end = '', label] = (text.split(/\r?\n/, 1)[0] ?? '').split('\t');
    if (label !== undefined && !Number.isNaN(parseTime(start) + parseTime(end))) tracks.push({ path, text });
  }
  return tracks;
}
