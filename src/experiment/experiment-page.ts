// The page of an experiment: the comparison first, then each variant by itself.
import { trainingCurves } from '../pages/report-data.ts';
import { htmlDocument, type PageSection } from '../report/document.ts';
import { duration, thousands } from '../report/format.ts';
import { element, escapeText } from '../report/markup.ts';
import { confusionSection, curvesSection, heading, listTable } from '../report/page-sections.ts';
import type { CurveChart } from '../report/report.ts';
import { type MetricName, metricNames } from './run-result.ts';
import type { PairedDifference } from './statistics.ts';
import type { ExperimentResult, VariantResult } from './summary.ts';

const metricTitles: Readonly<Record<MetricName, string>> = {
  accuracy: 'accuracy',
  macroF1: 'macro F1',
  backgroundAuc: 'background AUC',
  calibrationError: 'calibration error',
  pictureMissing: 'picture missing',
  soundMissing: 'sound missing',
  swappedPicture: 'swapped: picture',
  swappedSound: 'swapped: sound',
  swappedBackground: 'swapped: background',
};

/** The whole page, as HTML. */
export function experimentPage(result: ExperimentResult, command: string): string {
  const { name, baseline, seeds, runs, finished, failed, variants } = result;
  const done = variants.filter((variant) => variant.runs.length > 0);
  const sections: PageSection[] = [
    { id: 'comparison', title: 'Comparison', markup: comparison(result) },
    ...(done.length > 0 ? [{ id: 'differences', title: `Differences from ${baseline}`, markup: differences(result) }] : []),
    ...(done.length > 0 ? [{ id: 'cost', title: 'Parameters and time', markup: cost(done) }] : []),
    ...(failed.length > 0 ? [{ id: 'failed', title: 'Failed runs', markup: failures(result) }] : []),
    ...done.map((variant, index) => ({ id: `variant-${index + 1}`, title: variant.name, markup: variantMarkup(variant) })),
    { id: 'repeat', title: 'How to repeat this', markup: element('pre', { class: 'command', tabindex: 0 }, escapeText(command)) },
  ];
  const introduction = `${finished} of ${runs} runs finished: ${variants.length} variants, seeds ${seeds.join(', ')}. All shares are of the test split; the kept epoch was chosen by the validation split alone.`;
  return htmlDocument(name, [element('p', {}, escapeText(introduction)), ''], sections);
}

function comparison({ variants }: ExperimentResult): string {
  const rows = variants.map(({ name, metrics, runs }) => [
    name,
    String(runs.length),
    ...metricNames.map((metric) => {
      const summary = metrics[metric];
      return summary === undefined ? '–' : `${number(summary.mean)} ± ${number(summary.deviation)}`;
    }),
  ]);
  const caption =
    'Mean and standard deviation over the seeds, in hundredths. Missing: accuracy with a plain picture or silence in its place. Swapped: how often a picture with another class’s sound is taken for what it shows, for what sounds, or for background.';
  return note(caption) + listTable('', ['variant', 'runs', ...metricNames.map((metric) => metricTitles[metric])], rows, 1);
}

function differences({ baseline, variants }: ExperimentResult): string {
  const others = variants.filter(({ name, runs }) => name !== baseline && runs.length > 0);
  if (others.length === 0) return note('Nothing to compare with yet.');
  const rows = others.map(({ name, metrics }) => [name, ...metricNames.map((metric) => differenceText(metrics[metric]?.difference))]);
  const caption =
    'Variant minus baseline over the seeds that both have, in hundredths: mean and 95 % interval (Student’s t of the paired differences). An interval that leaves out zero is unlikely to be chance alone; with many cells, some will be.';
  return note(caption) + listTable('', ['variant', ...metricNames.map((metric) => metricTitles[metric])], rows, 1);
}

function cost(variants: readonly VariantResult[]): string {
  const rows = variants.map(({ name, parameters, seconds }) => [
    name,
    ...[parameters?.trainable, parameters?.adapter, parameters?.inference].map((count) => thousands(count ?? Number.NaN)),
    ...[seconds?.perEpoch, seconds?.total].map((time) => duration(time ?? Number.NaN)),
  ]);
  const caption = 'Times are means over the runs, of training with its validation, without decoding and head start.';
  return listTable(caption, ['variant', 'trainable', 'in the adapter', 'at inference', 'per epoch', 'in all'], rows, 1);
}

function failures({ failed }: ExperimentResult): string {
  return listTable(
    'These runs are tried again by the next call.',
    ['variant', 'why', 'seed'],
    failed.map(({ variant, reason, seed }) => [variant, reason, String(seed)]),
    2,
  );
}

function variantMarkup({ recipe, runs, confusion }: VariantResult): string {
  const rows = runs.map(({ seed, metrics, keptEpoch, epochs }) => [
    String(seed),
    ...metricNames.map((metric) => number(metrics[metric] ?? Number.NaN)),
    `${keptEpoch ?? '–'} of ${epochs.length}`,
  ]);
  const table = listTable(`Recipe ${recipe}.`, ['seed', ...metricNames.map((metric) => metricTitles[metric]), 'kept epoch'], rows, 1);
  const confusions = confusion === undefined ? '' : heading('Confusions, summed over the seeds') + confusionSection(confusion);
  return table + curvesSection(curvesOver(runs)) + confusions;
}

/** One line a seed. */
function curvesOver(runs: VariantResult['runs']): CurveChart[] {
  const shown = ['class, validation', 'validation'];
  const charts = runs.flatMap(({ seed, epochs }) =>
    trainingCurves(epochs, undefined).map((chart) => ({
      ...chart,
      series: chart.series.filter(({ name }) => shown.includes(name)).map((series) => ({ ...series, name: `seed ${seed}` })),
    })),
  );
  const titles = [...new Set(charts.map(({ title }) => title))];
  return titles.flatMap((title) => {
    const same = charts.filter((chart) => chart.title === title);
    const series = same.flatMap((chart) => chart.series);
    return series.length === 0 ? [] : [{ ...same[0]!, title: `${title}, validation`, series }];
  });
}

function note(text: string): string {
  return element('p', { class: 'note' }, escapeText(text));
}

function number(share: number): string {
  return Number.isFinite(share) ? (100 * share).toFixed(1) : '–';
}

function differenceText(difference: PairedDifference | undefined): string {
  if (difference === undefined) return '–';
  const signed = (share: number) => (share > 0 ? `+${number(share)}` : number(share).replace('-', '−'));
  const interval = Number.isFinite(difference.low) ? ` (${signed(difference.low)} to ${signed(difference.high)})` : '';
  return signed(difference.mean) + interval;
}
