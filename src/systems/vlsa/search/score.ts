// How well clips are found: by the names of the classes, and each by the other modality of clips of its class.

import { plainPass } from '../../../data/intake.ts';
import { DuetError } from '../../../errors.ts';
import { answeredRows } from '../../../infer/answered-rows.ts';
import { retrievalMetrics } from '../../../metrics/retrieval.ts';
import type { TableShown } from '../../../report/shown.ts';
import type { Metric } from '../../../train/metric.ts';
import type { Ask, Scored } from '../../system.ts';
import { knownWeights } from './vectors.ts';

const group = 'Mean average precision of what is found, clips of the class that is asked for being right.';
const share = { unit: 'share', better: 'higher', group } as const;

export const searchMetrics: readonly Metric[] = [
  { name: 'words', title: 'class names', ...share },
  { name: 'wordsToPicture', title: 'class names, by picture alone', ...share },
  { name: 'wordsToSound', title: 'class names, by sound alone', ...share },
  { name: 'soundToPicture', title: 'sounds: pictures', ...share },
  { name: 'pictureToSound', title: 'pictures: sounds', ...share },
];

type Found = {
  readonly id: string;
  readonly label: string;
  readonly picture: Float32Array;
  readonly sound: Float32Array;
  /** Cosines with the classes, by kind. */
  readonly byKind: Readonly<Record<'picture' | 'sound', Float32Array>>;
};

/** @throws DuetError where no clip is of a class that is known. */
export async function scoreSearch(ask: Ask, labels: readonly string[]): Promise<Scored> {
  const clips: Found[] = [];
  for await (const { row, outputs } of answeredRows(ask(plainPass('evaluate'))))
    clips.push({
      ...{ id: row.clips[0]!, label: row.target as string },
      ...{ picture: outputs.picture_vector!, sound: outputs.sound_vector! },
      byKind: { picture: outputs.by_picture!, sound: outputs.by_sound! },
    });
  const asked = labels
    .map((label, index) => ({ label, index }))
    .filter(({ label }) => clips.some((c) => c.label === label));
  if (asked.length === 0) throw new DuetError('No clip is of a class that the search model knows; name other data.');
  const words = (kinds: readonly ('picture' | 'sound')[]) =>
    precision(
      asked.flatMap(({ index }) =>
        clips.map(({ byKind }) => kinds.reduce((sum, kind) => sum + knownWeights[kind] * byKind[kind][index]!, 0)),
      ),
      asked.map(({ label }) => label),
    );
  const precision = (similarity: readonly number[], queries: readonly string[]) =>
    retrievalMetrics({
      ...{ queries: queries.length, items: clips.length, similarity },
      relevant: queries.flatMap((query) => clips.map(({ label }) => Number(label === query))),
    }).meanAveragePrecision;
  const across = (from: 'picture' | 'sound', to: 'picture' | 'sound') =>
    precision(
      clips.flatMap((query) => clips.map((item) => dot(query[from], item[to]))),
      clips.map(({ label }) => label),
    );
  const metrics = {
    words: words(['picture', 'sound']),
    wordsToPicture: words(['picture']),
    wordsToSound: words(['sound']),
    soundToPicture: across('sound', 'picture'),
    pictureToSound: across('picture', 'sound'),
  };
  const table: TableShown = {
    kind: 'table',
    note: group,
    columns: [
      { name: 'asked by', kind: 'text' },
      { name: 'mean average precision', kind: 'share' },
    ],
    rows: searchMetrics.map(({ name, title }) => [title, metrics[name as keyof typeof metrics]]),
  };
  return {
    metrics,
    details: {},
    clips: clips.map(({ id, label }) => ({ path: id, label })),
    shown: [{ id: 'search', title: 'How well clips are found', shown: [table] }],
    telling: clips.slice(0, 4).map(({ id }) => id),
  };
}

function dot(a: Float32Array, b: Float32Array): number {
  return a.reduce((total, value, i) => total + value * b[i]!, 0);
}
