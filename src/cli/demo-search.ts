// What the demo finds by words in its own test clips, and the section of its page that shows it.
import { basename, dirname, join } from 'node:path';
import { readDemoAnnotations } from '../demo/annotations-node.ts';
import type { Shown, ShownSection } from '../report/shown.ts';
import { indexVideos } from '../run/index-node.ts';
import { openFilePredictor } from '../run/predict-node.ts';
import { openSearch } from '../run/search-node.ts';
import type { SessionOptions } from '../runtime/session.ts';
import type { Progress } from './progress.ts';
import { momentShown } from './search-report.ts';

/** What is looked for, in words that are no class's name, and the class that is meant. */
const queries = [
  ['a bird sings in a tree', 'calling-bird'],
  ['pouring water into a glass', 'pouring-jug'],
  ['a bell strikes the hour', 'chiming-clock'],
  ['the kettle boils', 'whistling-kettle'],
  ['bouncing basketball', 'bouncing-ball'],
] as const;

const clipsPerClass = 4;

export type DemoSearchOptions = {
  readonly run: string;
  readonly data: string;
  readonly index: string;
  readonly session: SessionOptions;
  readonly signal: AbortSignal;
};

/** Indexes the first test clips of each class by the run, and looks for five things. */
export async function searchInDemo(options: DemoSearchOptions, progress: Progress): Promise<ShownSection> {
  const { run, data, index, session, signal } = options;
  const { clips } = await readDemoAnnotations(data);
  const videos = clips
    .filter(({ split, index: place }) => split === 'test' && place < clipsPerClass)
    .map(({ path }) => join(data, path));
  const phase = progress.begin('index', videos.length, { unit: 'clips' });
  await indexVideos({
    ...{ run, videos, index, session, signal, rebuild: true },
    onEvent: (event) => event.kind === 'reading' && phase.update(event.done),
  });
  phase.finish();
  const rows: (string | number)[][] = [];
  const cards: Shown[] = [];
  const predictor = await openFilePredictor({ run, missing: 'zero', session, shown: true, signal });
  const search = await openSearch(index, { run });
  try {
    for (const [words, meant] of queries) {
      const isMeant = (path: string) => basename(dirname(path)) === meant;
      const top = videos.filter(isMeant).length;
      const { moments, classes } = await search.search({ words, top, threshold: 0, onePerFile: true });
      const right = moments.filter(({ path }) => isMeant(path)).length;
      const read = classes.map(({ label, share }) => `${label} ${(100 * share).toFixed(0)} %`).join(', ');
      rows.push([words, read === '' ? 'no class' : read, `${right} of ${moments.length}`, moments[0]?.score ?? 0]);
      if (moments[0]) cards.push(...(await momentShown(predictor, moments[0], signal)));
    }
  } finally {
    await search.release();
    await predictor.release();
  }
  return {
    id: 'search',
    title: 'Search by words',
    shown: [
      {
        kind: 'table',
        note:
          `${videos.length} test clips were indexed by the run. "Right" are those of the class that is meant among the ` +
          'first, as many as there are of it; below is the best moment of each search.',
        columns: [
          { name: 'words', kind: 'text' },
          { name: 'read as', kind: 'text' },
          { name: 'right', kind: 'text' },
          { name: 'best score', kind: 'share' },
        ],
        rows,
      },
      ...cards,
    ],
  };
}
