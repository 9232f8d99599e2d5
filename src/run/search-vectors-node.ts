// Search in an index of vectors: by words, by sounds, pictures and clips, by a moment of the index, and by several of
// these together.
import { resolve } from 'node:path';
import { openMediaReader } from '../data/media-reader-node.ts';
import { DuetError } from '../errors.ts';
import type { TextEmbedder } from '../infer/text-embedder.ts';
import type { Media } from '../media/media.ts';
import { readStill } from '../media/still-picture-node.ts';
import { nodeSessions } from '../runtime/session-node.ts';
import { bestMoments, combineEvidence, type Moment } from '../search/combine.ts';
import { type Likeness, meanLikeness, shareBelow } from '../search/fit.ts';
import type { OpenIndex } from '../search/open-index-node.ts';
import { checkWords } from '../search/query.ts';
import type { Sought, TextSpaces, VectorSpaces } from '../systems/vector-spaces.ts';
import type { Adapter } from './adapter.ts';
import { indexedBy } from './index-node.ts';
import { openAdapter } from './open-adapter-node.ts';
import { openPrediction } from './predict.ts';
import { builtInSearchModel } from './search-model-node.ts';

/** What is looked for; what several of these say is added. */
export type Query = {
  /** In English. */
  readonly words?: string | undefined;
  /** Words for what is not wanted. */
  readonly not?: string | undefined;
  /** Files that sound, look, or both, like what is looked for. */
  readonly sound?: string | undefined;
  readonly picture?: string | undefined;
  readonly clip?: string | undefined;
  /** A moment of an indexed video. */
  readonly near?: { readonly path: string; readonly seconds: number } | undefined;
};

export type VectorSearchOptions = {
  readonly top: number;
  readonly threshold?: number | undefined;
  readonly onePerFile: boolean;
};

export type VectorMoments = {
  readonly moments: readonly Moment[];
  readonly best: number | undefined;
};

/**
 * Words fit by default if they fit a window better than so many of the usual texts do: on validation clips nine of ten
 * names of classes are answered so, and nine of ten refused where the class is left out.
 */
export const defaultFit = 0.98;
/** Of those that stand out of the archive, how many times as many as are asked for are looked at closely. */
const candidates = 4;

/** What searches an index by the model that made it. */
export async function openVectorSearch(
  { run, backbone }: { readonly run?: string | undefined; readonly backbone?: string | undefined },
  madeBy: string | undefined,
) {
  const folder = run ?? builtInSearchModel;
  const adapter = await openAdapter(folder, { backbone, changes: { missing: 'zero' } });
  const spaces = adapter.open.vectors;
  if (!spaces || indexedBy(adapter) !== madeBy)
    throw new DuetError(
      run === undefined
        ? 'The index was made by the search model of another version of Duet; make it again with --rebuild.'
        : `${run} is no longer the run that the index was made by; make the index again with --rebuild.`,
    );
  const texts = spaces.texts(adapter.tensors);
  const usual = texts.usual.map((text) => texts.ofText(text));
  return {
    search: (index: OpenIndex, query: Query, embed: TextEmbedder['embed'], options: VectorSearchOptions) =>
      searchVectors({ index, adapter, spaces, texts, usual, embed }, query, options),
  };
}

type Searching = {
  readonly index: OpenIndex;
  readonly adapter: Adapter;
  readonly spaces: VectorSpaces;
  readonly texts: TextSpaces;
  /** What usual texts are compared with. */
  readonly usual: readonly (readonly Sought[])[];
  readonly embed: TextEmbedder['embed'];
};

async function searchVectors(searching: Searching, query: Query, options: VectorSearchOptions): Promise<VectorMoments> {
  const { index, texts, usual, embed } = searching;
  const ofWords = async (words: string | undefined) => {
    if (words === undefined) return [];
    checkWords(words);
    const [vector] = await embed([words]);
    return texts.ofText(vector!);
  };
  const wanted = await ofWords(query.words);
  const examples = await exampleVectors(searching, query);
  if (wanted.length + examples.length === 0)
    throw new DuetError('Nothing says what to look for; give words, --sound, --picture, --clip or --near.');
  const unwanted = (await ofWords(query.not)).map((one) => ({ ...one, weight: -one.weight }));
  const evidence = [...wanted, ...examples, ...unwanted].map(({ kind, vector, weight }) => ({
    scores: index.scores(kind, vector),
    weight,
  }));
  const standingOut = combineEvidence(evidence, index.isAlive);
  const fitOf = (row: number) => {
    const own = windowVectors(index, row);
    const likeness = Math.max(0, meanLikeness(likenesses(own, examples)));
    if (wanted.length === 0) return likeness;
    const byWords = shareBelow(
      meanLikeness(likenesses(own, wanted)),
      usual.map((text) => meanLikeness(likenesses(own, text))),
    );
    return examples.length === 0 ? byWords : Math.min(byWords, likeness);
  };
  const looked = bestMoments(standingOut, index.windowOf, { ...options, top: candidates * options.top, threshold: 0 });
  const fitting = looked.map((moment) => ({ ...moment, score: fitOf(moment.row) }));
  const threshold = options.threshold ?? (wanted.length > 0 && examples.length === 0 ? defaultFit : 0);
  return {
    moments: fitting.filter((moment) => moment.score >= threshold).slice(0, options.top),
    best: fitting.length === 0 ? undefined : fitting.reduce((most, moment) => Math.max(most, moment.score), 0),
  };
}

/** A window's vectors of the kinds that it has. */
function windowVectors(index: OpenIndex, row: number): ReadonlyMap<string, Float32Array> {
  const vectors = index.kinds.map((kind) => [kind, index.vector(kind, row)] as const);
  return new Map(vectors.filter(([, vector]) => vector.some((value) => value !== 0)));
}

function likenesses(own: ReadonlyMap<string, Float32Array>, sought: readonly Sought[]): Likeness[] {
  return sought.flatMap(({ kind, vector, weight }) => {
    const mine = own.get(kind);
    return mine ? [{ cosine: dot(mine, vector), weight }] : [];
  });
}

function dot(a: Float32Array, b: Float32Array): number {
  let total = 0;
  for (let i = 0; i < a.length; i++) total += a[i]! * b[i]!;
  return total;
}

async function exampleVectors({ index, adapter, spaces }: Searching, query: Query): Promise<readonly Sought[]> {
  const sought: Sought[] = [];
  if (query.near) sought.push(...momentVectors(index, spaces, query.near));
  const { sound, picture, clip } = query;
  if (sound === undefined && picture === undefined && clip === undefined) return sought;
  const reader = await openMediaReader();
  const prediction = await openPrediction({ adapter, openSession: nodeSessions({ threads: 1 }) }).catch((error) => {
    reader.close();
    throw error;
  });
  const add = async (media: Media) => {
    const windows: Sought[] = [];
    try {
      for await (const { answer } of prediction.predictMedia(media)) windows.push(...spaces.ofExample(answer));
      sought.push(...meanOfEach(windows));
    } finally {
      await media.close();
    }
  };
  try {
    if (sound !== undefined) await add({ ...(await reader.open({ kind: 'video', path: sound })), video: undefined });
    if (picture !== undefined) await add(await stillMedia(picture));
    if (clip !== undefined) await add(await reader.open({ kind: 'video', path: clip }));
  } finally {
    reader.close();
    await prediction.release();
  }
  if (sought.length === 0) throw new DuetError('The example shows one colour and is silent; give another.');
  return sought;
}

/** All that is sought of one kind with one weight as one: the unit vector of its mean. */
function meanOfEach(windows: readonly Sought[]): Sought[] {
  const sums = new Map<string, Sought>();
  for (const { kind, vector, weight } of windows) {
    const key = `${kind} ${weight}`;
    const sum = sums.get(key)?.vector.map((value, i) => value + vector[i]!) ?? vector;
    sums.set(key, { kind, vector: sum, weight });
  }
  return [...sums.values()].map((one) => {
    const length = Math.sqrt(dot(one.vector, one.vector)) || 1;
    return { ...one, vector: one.vector.map((value) => value / length) };
  });
}

/** A picture as a clip without sound. */
async function stillMedia(path: string): Promise<Media> {
  const picture = await readStill(path);
  const { width, height } = picture;
  return {
    ...{ container: 'picture', duration: 1, audio: undefined },
    video: { codec: 'picture', width, height, rotation: 0, pixelAspectRatio: 1 },
    readFrames: async (times) => times.map(() => picture),
    readWaveform: async () => ({ samples: new Float32Array(0), sampleRate: 1 }),
    readChannels: async () => ({ channels: [], sampleRate: 1 }),
    close: async () => undefined,
  };
}

/** What the index has of a window. @throws DuetError where it has none there. */
function momentVectors(
  index: OpenIndex,
  spaces: VectorSpaces,
  near: { path: string; seconds: number },
): readonly Sought[] {
  const file = index.state.files.get(resolve(near.path));
  const place = file?.windows.findIndex(([start, end]) => start <= near.seconds && near.seconds <= end) ?? -1;
  if (!file || place < 0)
    throw new DuetError(`The index has nothing at ${near.path}@${near.seconds}; name a time in an indexed video.`);
  return Object.keys(spaces.kinds)
    .map((kind) => ({ kind, vector: index.vector(kind, file.firstRow + place), weight: 1 }))
    .filter(({ vector }) => vector.some((value) => value !== 0));
}
