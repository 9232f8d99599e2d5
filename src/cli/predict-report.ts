// The page that `duet predict --report` writes.
import { reportPage } from '../report/page.ts';
import type { PredictionExample, Timeline } from '../report/report.ts';
import type { FilePrediction, PredictSettings } from './predict.ts';

type Prediction = Exclude<FilePrediction, { readonly error: string }>;

/** All files on one page: timelines of the longer ones, examples with attention, and what could not be read. */
export function predictionReport(
  results: readonly FilePrediction[],
  examples: readonly PredictionExample[],
  { run, command, settings }: { readonly run: string; readonly command: string; readonly settings: PredictSettings },
): string {
  const read = results.filter((result): result is Prediction => !('error' in result));
  const windows = read.reduce((sum, result) => sum + result.windows.length, 0);
  return reportPage({
    title: `Predictions of ${run}`,
    introduction: `${read.length} of ${results.length} ${results.length === 1 ? 'file' : 'files'} read, ${windows} ${windows === 1 ? 'window' : 'windows'}.`,
    curves: [],
    perClass: [],
    examples,
    timelines: read.filter((result) => result.windows.length > 1).map(timelineOf),
    skipped: results.flatMap((result) =>
      'error' in result ? [{ path: result.path, reason: result.error.replace(`${result.path}: `, '') }] : [],
    ),
    command,
    configuration: settings,
  });
}

function timelineOf({ path, windows, events }: Prediction): Timeline {
  return { title: path, duration: Math.max(...windows.map(({ end }) => end)), events };
}
