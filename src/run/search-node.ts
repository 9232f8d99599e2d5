// Search in an index by words: the words are spread over the classes that the index knows, and the windows that show
// those classes are the answer.
import { DuetError } from '../errors.ts';
import { openTextEmbedder, type TextEmbedder } from '../infer/text-embedder.ts';
import { nodeSessions } from '../runtime/session-node.ts';
import { bestMoments, type Moment } from '../search/combine.ts';
import type { FoundMoment, FoundMoments } from '../search/found-moments.ts';
import { indexState } from '../search/index-folder-node.ts';
import { type OpenIndex, openIndex } from '../search/open-index-node.ts';
import { readQuery } from '../search/query.ts';
import { openTextBackbone } from '../weights/open-text-backbone-node.ts';
import { sharesKind } from './index-node.ts';
import { openVectorSearch, type Query } from './search-vectors-node.ts';

/** Where is searched, and for what. */
export type SearchIndexOptions = Query & {
  readonly index: string;
  /** Moments at most. Default: 10. */
  readonly top?: number | undefined;
  /** How sure a moment must be, 0 to 1. Default: 0.3 in an index of classes, 0.98 for words in one of vectors, else 0. */
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

/** Where run and backbone lie now, if not where the index and the run say. */
export type OpenSearchOptions = {
  readonly run?: string | undefined;
  readonly backbone?: string | undefined;
};

/** Reads the index, and again whenever it was changed. Release it when done. @throws DuetError where there is none. */
export async function openSearch(folder: string, opening: OpenSearchOptions = {}): Promise<OpenSearch> {
  const embedder = openTextEmbedder(await openTextBackbone(), nodeSessions({ threads: 1 }));
  const read = async () => {
    const state = await indexState(folder);
    const index = await openIndex(folder);
    const isOfClasses = index.names[sharesKind] !== undefined;
    return {
      state,
      index,
      ofVectors: isOfClasses
        ? undefined
        : await openVectorSearch({ ...opening, run: opening.run ?? index.run }, index.models.adapter),
    };
  };
  let opened = await read().catch(async (error) => {
    await embedder.release();
    throw error;
  });
  return {
    async search({ top = 10, threshold, onePerFile = false, ...query }) {
      if ((await indexState(folder)) !== opened.state) opened = await read();
      const { index, ofVectors } = opened;
      const windows = countWindows(index);
      if (!ofVectors) return searchClasses(index, query, embedder.embed, { top, threshold, onePerFile });
      const options = { top, threshold, onePerFile };
      const { moments, best } = await ofVectors.search(index, query, embedder.embed, options);
      return {
        ...{ words: queryText(query), classes: [], known: [], nearest: { label: '', likeness: 0 }, windows, best },
        moments: moments.map((moment) => foundMoment(index, moment)),
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
export async function searchIndex({
  index,
  run,
  backbone,
  ...query
}: SearchIndexOptions & OpenSearchOptions): Promise<FoundMoments> {
  const opened = await openSearch(index, { run, backbone });
  return opened.search(query).finally(() => opened.release());
}

type ClassSearchOptions = {
  readonly top: number;
  readonly threshold: number | undefined;
  readonly onePerFile: boolean;
};

async function searchClasses(
  index: OpenIndex,
  { words = '', ...others }: Query,
  embed: TextEmbedder['embed'],
  { top, threshold = defaultThreshold, onePerFile }: ClassSearchOptions,
): Promise<FoundMoments> {
  if (Object.values(others).some((one) => one !== undefined))
    throw new DuetError(
      'An index of classes is searched by words alone; make one by the built-in model, without a run.',
    );
  const labels = index.names[sharesKind] ?? [];
  const query = await readQuery(words, labels, embed);
  const scores = index.scores(sharesKind, query.spread).map((score, row) => (index.isAlive(row) ? score : -Infinity));
  const windows = countWindows(index);
  const found = query.classes.length === 0 ? [] : bestMoments(scores, index.windowOf, { top, threshold, onePerFile });
  return {
    ...{ words, classes: query.classes, known: labels, nearest: query.nearest, windows },
    moments: found.map((moment) => foundMoment(index, { ...moment, score: Math.min(moment.score, 1) })),
    best: windows === 0 ? undefined : scores.reduce((most, score) => Math.max(most, score), 0),
    ...{ run: index.run, adapter: index.models.adapter ?? '' },
  };
}

function countWindows(index: OpenIndex): number {
  let windows = 0;
  for (let row = 0; row < index.state.rows; row++) if (index.isAlive(row)) windows++;
  return windows;
}

function foundMoment(index: OpenIndex, { row, path, start, end, score }: Moment): FoundMoment {
  const window = index.windowOf(row);
  return { path, start, end, score, window: [window.start, window.end] as const };
}

/** A query as people write it. */
function queryText({ words, not, sound, picture, clip, near }: Query): string {
  const parts = [
    words,
    sound !== undefined && `the sound of ${sound}`,
    picture !== undefined && `the picture ${picture}`,
    clip !== undefined && `the clip ${clip}`,
    near && `${near.path}@${near.seconds}`,
    not !== undefined && `not ${not}`,
  ];
  return parts.filter((part) => typeof part === 'string').join(', ');
}
