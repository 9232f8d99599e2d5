// Search in an index by words: the words are spread over the classes that the index knows, and the windows that show
// those classes are the answer.
import { openTextEmbedder } from '../infer/text-embedder.ts';
import { nodeSessions } from '../runtime/session-node.ts';
import { bestMoments, type Moment } from '../search/combine.ts';
import { openIndex } from '../search/open-index-node.ts';
import { type QueryClass, readQuery } from '../search/query.ts';
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

/** A stretch of a video, in seconds, and how sure it is to hold what was asked for (0 to 1). */
export type FoundMoment = Pick<Moment, 'path' | 'start' | 'end' | 'score'> & {
  /** Start and end of its best window, in seconds. */
  readonly window: readonly [number, number];
};

/** The answer to a query, and how its words were understood. */
export type FoundMoments = {
  readonly words: string;
  /** What the words came to, the nearest class first; none where no class is near them. */
  readonly classes: readonly QueryClass[];
  /** All classes of the index, and how near the nearest is to the words: the cosine, 1 for its own name. */
  readonly known: readonly string[];
  readonly nearest: { readonly label: string; readonly likeness: number };
  /** The best first. Their score is the share of what was asked for in what the model sees and hears there. */
  readonly moments: readonly FoundMoment[];
  /** The best score of all, also where no moment reaches the threshold; undefined where there is no window. */
  readonly best: number | undefined;
  readonly windows: number;
  /** The run whose model made the index, and where it lay. */
  readonly run: string | undefined;
  readonly adapter: string;
};

/**
 * @throws DuetError where there is no index, for a query without words, and for one in letters that the text encoder
 * was not trained on.
 */
export async function searchIndex(options: SearchIndexOptions): Promise<FoundMoments> {
  const { words, top = 10, threshold = defaultThreshold, onePerFile = false } = options;
  const index = await openIndex(options.index);
  const labels = index.names[sharesKind] ?? [];
  const embedder = openTextEmbedder(await openTextBackbone(), nodeSessions({ threads: 1 }));
  const query = await readQuery(words, labels, embedder.embed).finally(() => embedder.release());
  const scores = index.scores(sharesKind, query.spread).map((score, row) => (index.isAlive(row) ? score : -Infinity));
  const windows = scores.reduce((count, score) => count + Number(score > -Infinity), 0);
  const found = query.classes.length === 0 ? [] : bestMoments(scores, index.windowOf, { top, threshold, onePerFile });
  return {
    ...{ words, classes: query.classes, known: labels, nearest: query.nearest, windows },
    moments: found.map(({ row, path, start, end, score }) => {
      const window = index.windowOf(row);
      return { path, start, end, score: Math.min(score, 1), window: [window.start, window.end] };
    }),
    best: windows === 0 ? undefined : scores.reduce((most, score) => Math.max(most, score), 0),
    ...{ run: index.run, adapter: index.models.adapter ?? '' },
  };
}
