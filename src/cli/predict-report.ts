// The page that `duet predict --report` writes.
import { reportPage } from '../report/page.ts';
import { pictureUri } from '../report/png-node.ts';
import type { Shown } from '../report/shown.ts';
import { skippedSection } from '../report/skipped.ts';
import type { FilePrediction, PredictSettings } from './predict-settings.ts';

/** All files on one page: their windows, timelines of the longer ones, and what could not be read. */
export function predictionReport(
  results: readonly FilePrediction[],
  shown: readonly Shown[],
  { run, command, settings }: { readonly run: string; readonly command: string; readonly settings: PredictSettings },
): Promise<string> {
  const skipped = results.flatMap((result) =>
    'error' in result ? [{ path: result.path, reason: result.error.replace(`${result.path}: `, '') }] : [],
  );
  const read = results.length - skipped.length;
  const isCard = ({ kind }: Shown) => kind === 'card';
  return reportPage(
    {
      title: `Predictions of ${run}`,
      introduction: `${read} of ${results.length} ${results.length === 1 ? 'file' : 'files'} read.`,
      sections: [
        { id: 'examples', title: 'Examples', shown: shown.filter(isCard) },
        { id: 'timeline', title: 'Timeline', shown: shown.filter((one) => !isCard(one)) },
        skippedSection(skipped),
      ],
      command,
      configuration: settings,
    },
    pictureUri,
  );
}
