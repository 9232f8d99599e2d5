// DESED and DCASE (Turpault et al. 2019): tables `filename onset offset event_label`, separated by tabs, one for each
// split or one in all; a table of durations beside them is not needed, as the files say how long they are.
import { DuetError } from '../../errors.ts';
import { isDesedTable, readDesedEvents } from '../../files/events/desed.ts';
import { readTextClearly } from '../../files/read-text-node.ts';
import { findFiles } from './annotation-files-node.ts';
import { type EventSource, readEventVideos, senseIn, splitIn } from './event-files-node.ts';
import type { Layout } from './layout.ts';

export const desedLayout: Layout = {
  annotations: ['events', 'class'],
  describes: async (root) => (await findTables(root)).length > 0,
  async read(root, annotation) {
    const tables = await findTables(root);
    if (tables.length === 0)
      throw new DuetError(
        `The folder "${root}" holds no table with the columns filename, onset, offset and event_label; put one there.`,
      );
    const sources = await Promise.all(
      tables.map(async (path): Promise<EventSource> => {
        const file = readDesedEvents(await readTextClearly(path), path);
        return { path, file, split: splitIn(path), sense: senseIn(path) ?? 'heard' };
      }),
    );
    return readEventVideos({ root, sources }, annotation);
  },
};

async function findTables(root: string): Promise<string[]> {
  const tables: string[] = [];
  for (const path of await findFiles(root, (file) => file.toLowerCase().endsWith('.tsv'))) {
    const text = await readTextClearly(path).catch(() => '');
    if (isDesedTable(text) && /\bonset\b/.test(text.split('\n', 1)[0]!)) tables.push(path);
  }
  return tables;
}
