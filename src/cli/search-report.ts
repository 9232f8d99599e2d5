// The page that `duet search --report` writes: a card for each moment, as the run sees and hears it.
import { basename } from 'node:path';
import { DuetError, isDuetError } from '../errors.ts';
import { percent } from '../report/format.ts';
import { reportPage } from '../report/page.ts';
import { pictureUri } from '../report/png-node.ts';
import type { Shown } from '../report/shown.ts';
import { skippedSection } from '../report/skipped.ts';
import { indexedBy, type SkippedFile } from '../run/index-node.ts';
import { type FilePredictor, openFilePredictor } from '../run/predict-node.ts';
import { builtInSearchModel } from '../run/search-model-node.ts';
import type { FoundMoment, FoundMoments } from '../run/search-node.ts';
import type { SessionOptions } from '../runtime/session.ts';

export type SearchReportOptions = {
  readonly index: string;
  /** Where run and backbone lie now, if not where the index and the run say. */
  readonly settings: { readonly run?: string | undefined; readonly backbone?: string | undefined };
  readonly session: SessionOptions;
  readonly command: string;
  readonly signal: AbortSignal;
  readonly onMoment: (done: number) => void;
};

/** @throws DuetError where the run of the index cannot be opened, or is another by now. */
export async function searchReport(found: FoundMoments, options: SearchReportOptions): Promise<string> {
  const { index, settings, session, command, signal, onMoment } = options;
  const run = settings.run ?? found.run ?? builtInSearchModel;
  const { backbone } = settings;
  const predictor = await openFilePredictor({ run, backbone, missing: 'zero', session, shown: true, signal });
  const cards: Shown[] = [];
  const skipped: SkippedFile[] = [];
  try {
    if (indexedBy(predictor.adapter) !== found.adapter)
      throw new DuetError(
        `${run} is not the run that ${index} was made by; name that one by --run, ` +
          'or make the index again with --rebuild.',
      );
    for (const [done, moment] of found.moments.entries()) {
      signal.throwIfAborted();
      onMoment(done);
      try {
        cards.push(...(await momentShown(predictor, moment, signal)));
      } catch (error) {
        if (!isDuetError(error)) throw error;
        skipped.push({ path: moment.path, reason: error.message });
      }
    }
  } finally {
    await predictor.release();
  }
  const columns = [
    { name: 'score', kind: 'share' },
    { name: 'from (s)', kind: 'number' },
    { name: 'to (s)', kind: 'number' },
    { name: 'video', kind: 'text' },
  ] as const;
  const rows = found.moments.map(({ score, start, end, path }) => [score, start.toFixed(1), end.toFixed(1), path]);
  return reportPage(
    {
      title: `Search for "${found.words}"`,
      introduction: introductionOf(found),
      sections: [
        { id: 'moments', title: 'Moments', shown: rows.length > 0 ? [{ kind: 'table', columns, rows }] : [] },
        { id: 'cards', title: 'As the run sees and hears them', shown: cards },
        skippedSection(skipped),
      ],
      ...{ command, configuration: settings },
    },
    pictureUri,
  );
}

function introductionOf({ classes, known, moments, windows, best }: FoundMoments): string {
  if (known.length === 0) return `${moments.length} of ${windows} windows fit; a score says how much, from 0 to 100 %.`;
  if (classes.length === 0) return 'Nothing fits: no class of the index is near these words.';
  const read = `Read as ${classes.map(({ label, share }) => `${label} ${percent(share, 0)}`).join(', ')}.`;
  const what =
    moments.length > 0
      ? `${moments.length} ${moments.length === 1 ? 'moment' : 'moments'}, the best first.`
      : `Nothing fits: the best window reaches ${percent(best)}.`;
  return `${read} ${what} Searched: ${windows} ${windows === 1 ? 'window' : 'windows'}.`;
}

/** The moment's best window. @throws DuetError where its file cannot be read any more. */
export async function momentShown(
  { adapter, predict, result }: FilePredictor,
  { path, window: [start, end], score }: FoundMoment,
  signal: AbortSignal,
): Promise<readonly Shown[]> {
  const name = `${basename(path)}, ${start.toFixed(1)} to ${end.toFixed(1)} s (${percent(score)})`;
  for await (const { window, answer } of predict({ kind: 'video', path, start, end }, { signal }))
    return adapter.open.shown(result([answer]), [{ name, window, answer }]);
  throw new DuetError(`${path} has nothing to read at ${start.toFixed(1)} s; bring the index up to date.`);
}
