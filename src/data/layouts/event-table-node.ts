// Videos with comma-separated tables `path,start,end,label` beside them, one for each split or sense, or one in all.
import { basename } from 'node:path';
import { DuetError } from '../../errors.ts';
import { isEventCsv, readEventCsv } from '../../files/events/read-event-csv.ts';
import { readTextClearly } from '../../files/read-text-node.ts';
import { findFiles } from './annotation-files-node.ts';
import { type EventSource, readEventVideos, senseIn, splitIn } from './event-files-node.ts';
import type { Layout } from './layout.ts';

export const eventTableLayout: Layout = {
  annotations: ['events'],
  describes: async (root) => (await findTables(root)).length > 0,
  async read(root, annotation) {
    const tables = await findTables(root);
    if (tables.length === 0)
      throw new DuetError(`The folder "${root}" holds no .csv table with the columns path, start, end and label.`);
    const sources = tables.map(({ path, text }): EventSource => {
      const name = basename(path, '.csv');
      return { path, file: readEventCsv(text, path), split: splitIn(name), sense: senseIn(name) };
    });
    return readEventVideos({ root, sources }, annotation);
  },
};

async function findTables(root: string) {
  const tables: { readonly path: string; readonly text: string }[] = [];
  for (const path of await findFiles(root, (file) => file.toLowerCase().endsWith('.csv'))) {
    const text = await readTextClearly(path).catch(() => '');
    if (isEventCsv(text)) tables.push({ path, text });
  }
  return tables;
}
