// Search in an index by words: the words are spread over the classes that the index knows, and the windows that show
// those classes are the answer.
import { openTextEmbedder } from '../infer/text-embedder.ts';
import { nodeSessions } from '../runtime/session-node.ts';
import { bestMoments } from '../search/combine.ts';
import type { FoundMoment, FoundMoments } from '../search/found-moments.ts';
import { indexState } from '../search/index-folder-node.ts';
import { openIndex } from '../search/open-index-node.ts';
import { readQuery } from '../search/query.ts';
import { openTextBackbone } from '../weights/open-text-backbone-node.ts';
import { sharesKind } from './index-node.ts';

/** Where is searched, and for what. */
export type SearchIndexOptions = {
  readonly index: string;
  /** What is looked for, in English or as the classes are called. */
  readonly words: string;
  /** Moments at most. Default: 10. */
  readonly top?: number | undefined;
  /** How sure a moment must be, 0 to 1. Default: 0.3. */
  readonly threshold?: number | undefined;
  /** Whether only the best moment of each file counts. Default: no. */
  readonly onePerFile?: boolean | undefined;
};

export const defaultThreshold = 0.3;

export type { FoundMoment, FoundMoments };

export type OpenSearch = {
  /** @throws DuetError for a query without words, and for one in letters that the text encoder was not trained on. */
  search(query: Omit<SearchIndexOptions, 'index'>): Promise<FoundMoments>;
  release(): Promise<void>;
};

/** Reads the index, and again whenever it was changed. Release it when done. @throws DuetError where there is none. */
export async function openSearch(folder: string): Promise<OpenSearch> {
  const embedder = openTextEmbedder(await openTextBackbone(), nodeSessions({ threads: 1 }));
  const read = async () => ({ state: await indexState(folder), index: await openIndex(folder) });
  let opened = await read().catch(async (error) => {
    await embedder.release();
    throw error;
  });
  return {
    async search({ words, top = 10, threshold = defaultThreshold, onePerFile = false }) {
      if ((await indexState(folder)) !== opened.state) opened = await read();
      const { index } = opened;
      const labels = index.names[sharesKind] ?? [];
      const query = await readQuery(words, labels, embedder.embed);
      const scores = index
        .scores(sharesKind, query.spread)
        .map((score, row) => (index.isAlive(row) ? score : -Infinity));
      const windows = scores.reduce((count, score) => count + Number(score > -Infinity), 0);
      const options = { top, threshold, onePerFile };
      const found = query.classes.length === 0 ? [] : bestMoments(scores, index.windowOf, options);
      return {
        ...{ words, classes: query.classes, known: labels, nearest: query.nearest, windows },
        moments: found.map(({ row, path, start, end, score }) => {
          const window = index.windowOf(row);
          return { path, start, end, score: Math.min(score, 1), window: [window.start, window.end] as const };
        }),
        best: windows === 0 ? undefined : scores.reduce((most, score) => Math.max(most, score), 0),
        ...{ run: index.run, adapter: index.models.adapter ?? '' },
      };
    },
    release: () => embedder.release(),
  };
}

/**
 * @throws DuetError where there is no index, for a query without words, and for one in letters that the text encoder
 * was not trained on.
 */
export async function searchIndex({ index, ...query }: SearchIndexOptions): Promise<FoundMoments> {
  const opened = await openSearch(index);
  return opened.search(query).finally(() => opened.release());
}
