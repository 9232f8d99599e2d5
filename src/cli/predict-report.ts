// The page that `duet predict --report` writes.
import { reportPage } from '../report/page.ts';
import { pictureUri } from '../report/png-node.ts';
import type { CardShown, TimelineShown } from '../report/shown.ts';
import { skippedSection } from '../report/skipped.ts';
import type { FilePrediction, PredictSettings } from './predict.ts';

type Prediction = Exclude<FilePrediction, { readonly error: string }>;

/** All files on one page: timelines of the longer ones, examples with attention, and what could not be read. */
export function predictionReport(
  results: readonly FilePrediction[],
  examples: readonly CardShown[],
  { run, command, settings }: { readonly run: string; readonly command: string; readonly settings: PredictSettings },
): Promise<string> {
  const read = results.filter((result): result is Prediction => !('error' in result));
  const windows = read.reduce((sum, result) => sum + result.windows.length, 0);
  const skipped = results.flatMap((result) =>
    'error' in result ? [{ path: result.path, reason: result.error.replace(`${result.path}: `, '') }] : [],
  );
  return reportPage(
    {
      title: `Predictions of ${run}`,
      introduction: `${read.length} of ${results.length} ${results.length === 1 ? 'file' : 'files'} read, ${windows} ${windows === 1 ? 'window' : 'windows'}.`,
      sections: [
        { id: 'examples', title: 'Examples', shown: examples },
        {
          id: 'timeline',
          title: 'Timeline',
          shown: read.filter((result) => result.windows.length > 1).map(timelineOf),
        },
        skippedSection(skipped),
      ],
      command,
      configuration: settings,
    },
    pictureUri,
  );
}

function timelineOf({ path, windows, events }: Prediction): TimelineShown {
  const found = events.map(({ probability, ...event }) => ({ ...event, score: probability }));
  const duration = Math.max(...windows.map(({ end }) => end));
  return { kind: 'timeline', title: path, duration, tracks: [{ name: 'found', events: found }] };
}
