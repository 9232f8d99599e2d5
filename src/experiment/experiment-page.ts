// The page of an experiment: the comparison first, then each variant by itself.
import { htmlDocument, type PageSection } from '../report/document.ts';
import { dotPlot } from '../report/dot-plot.ts';
import { duration, thousands } from '../report/format.ts';
import { element, escapeText } from '../report/markup.ts';
import { pictureUri } from '../report/png-node.ts';
import type { CurvesShown, TableShown } from '../report/shown.ts';
import { shownMarkup } from '../report/shown-markup.ts';
import { heading, scrolled, tableMarkup } from '../report/tables.ts';
import { trainingCurves } from '../systems/ma-avt/shown.ts';
import type { MetricName } from './run-result.ts';
import type { PairedDifference } from './statistics.ts';
import type { ExperimentResult, VariantResult } from './summary.ts';

const metricTitles: Readonly<Record<MetricName, string>> = {
  accuracy: 'accuracy',
  macroF1: 'macro F1',
  backgroundAuc: 'background AUC',
  calibrationError: 'calibration error',
  pictureMissing: 'picture missing',
  soundMissing: 'sound missing',
  falseAlarms: 'own: background',
  swappedPicture: 'swapped: picture',
  swappedSound: 'swapped: sound',
  swappedBackground: 'swapped: background',
};

/** Tables that fit a page say more than one that does not. */
const metricGroups: readonly { readonly caption: string; readonly names: readonly MetricName[] }[] = [
  { caption: 'Clips as they are.', names: ['accuracy', 'macroF1', 'backgroundAuc', 'calibrationError'] },
  {
    caption: 'Accuracy with a plain picture or silence in the place of what is missing.',
    names: ['pictureMissing', 'soundMissing'],
  },
  {
    caption:
      'How often a clip is taken for background though it is none, and how often a picture with another class’s sound is taken for what it shows, for what sounds, or for background.',
    names: ['falseAlarms', 'swappedPicture', 'swappedSound', 'swappedBackground'],
  },
];

/** The whole page, as HTML. */
export async function experimentPage(result: ExperimentResult, command: string): Promise<string> {
  const { name, baseline, seeds, runs, finished, failed, variants } = result;
  const done = variants.filter((variant) => variant.runs.length > 0);
  const sections: PageSection[] = [
    ...(done.length > 0 ? [{ id: 'comparison', title: 'Comparison', markup: comparison(done) }] : []),
    ...(done.length > 1
      ? [{ id: 'differences', title: `Differences from ${baseline}`, markup: differences(baseline, done) }]
      : []),
    ...(done.length > 0 ? [{ id: 'cost', title: 'Parameters and time', markup: cost(done) }] : []),
    ...(failed.length > 0 ? [{ id: 'failed', title: 'Failed runs', markup: failures(result) }] : []),
    ...(await Promise.all(
      done.map(async (variant, index) => ({
        id: `variant-${index + 1}`,
        title: variant.name,
        markup: await variantMarkup(variant),
      })),
    )),
    {
      id: 'repeat',
      title: 'How to repeat this',
      markup: element('pre', { class: 'command', tabindex: 0 }, escapeText(command)),
    },
  ];
  const waiting = variants.filter((variant) => variant.runs.length === 0).map((variant) => variant.name);
  const seedList = `${seeds.length === 1 ? 'seed' : 'seeds'} ${seeds.join(', ')}`;
  const introduction =
    `${finished} of ${runs} runs finished: ${variants.length} variants, ${seedList}. ` +
    'All shares are of the test split; the kept epoch was chosen by the validation split alone.' +
    (waiting.length > 0 ? ` Not run yet: ${waiting.join(', ')}.` : '');
  return htmlDocument(name, [element('p', {}, escapeText(introduction)), ''], sections);
}

function comparison(variants: readonly VariantResult[]): string {
  const dots = variants.map(({ name, runs }) => ({
    name,
    values: runs.flatMap(({ seed, metrics }) =>
      metrics.accuracy === null ? [] : [{ name: `seed ${seed}`, value: metrics.accuracy }],
    ),
  }));
  const plot = element('figure', {}, heading('Accuracy'), scrolled(dotPlot('Accuracy', dots)));
  const spread = note(
    'A dot for each seed, a bar at their mean. In the tables: mean and standard deviation over the seeds, in hundredths.',
  );
  const tables = metricGroups.map(({ caption, names }) => {
    const rows = variants.map(({ name, metrics, runs }) => [
      name,
      String(runs.length),
      ...names.map((metric) => {
        const summary = metrics[metric];
        if (summary === undefined) return '–';
        return Number.isFinite(summary.deviation)
          ? `${number(summary.mean)} ± ${number(summary.deviation)}`
          : number(summary.mean);
      }),
    ]);
    return (
      note(caption) + tableMarkup(listed(['variant', 'runs', ...names.map((metric) => metricTitles[metric])], rows))
    );
  });
  return plot + spread + tables.join('');
}

function differences(baseline: string, variants: readonly VariantResult[]): string {
  const others = variants.filter(({ name }) => name !== baseline);
  const caption =
    'Variant minus baseline over the seeds that both have, in hundredths: mean and 95 % interval (Student’s t of the paired differences). An interval that leaves out zero is unlikely to be chance alone; with many cells, some will be.';
  const tables = metricGroups.map(({ names }) => {
    const rows = others.map(({ name, metrics }) => [
      name,
      ...names.map((metric) => differenceText(metrics[metric]?.difference)),
    ]);
    return tableMarkup(listed(['variant', ...names.map((metric) => metricTitles[metric])], rows));
  });
  return note(caption) + tables.join('');
}

function cost(variants: readonly VariantResult[]): string {
  const rows = variants.map(({ name, parameters, seconds }) => [
    name,
    ...[parameters?.trainable, parameters?.adapter, parameters?.inference].map((count) =>
      thousands(count ?? Number.NaN),
    ),
    ...[seconds?.perEpoch, seconds?.total].map((time) => duration(time ?? Number.NaN)),
  ]);
  const caption = 'Times are means over the runs, of training with its validation, without decoding and head start.';
  return tableMarkup({
    ...listed(['variant', 'trainable', 'in the adapter', 'at inference', 'per epoch', 'in all'], rows),
    note: caption,
  });
}

function failures({ failed }: ExperimentResult): string {
  return tableMarkup({
    note: 'These runs are tried again by the next call.',
    columns: [
      { name: 'variant', kind: 'text' },
      { name: 'why', kind: 'text' },
      { name: 'seed', kind: 'number' },
    ],
    rows: failed.map(({ variant, reason, seed }) => [variant, reason, String(seed)]),
  });
}

/** A table whose first column is text and whose others are numbers, already written out. */
function listed(names: readonly string[], rows: TableShown['rows']): Omit<TableShown, 'kind'> {
  return { columns: names.map((name, index) => ({ name, kind: index === 0 ? 'text' : 'number' }) as const), rows };
}

async function variantMarkup({ recipe, runs, confusion }: VariantResult): Promise<string> {
  const shown = metricGroups[0]!.names;
  const rows = runs.map(({ seed, metrics, keptEpoch, epochs }) => [
    String(seed),
    ...shown.map((metric) => number(metrics[metric] ?? Number.NaN)),
    keptEpoch === 0 ? 'the start' : `${keptEpoch ?? '–'} of ${epochs.length}`,
  ]);
  const names = ['seed', ...shown.map((metric) => metricTitles[metric]), 'kept epoch'];
  const curves = await shownMarkup(curvesOver(runs), pictureUri);
  const confusions =
    confusion === undefined
      ? ''
      : heading('Confusions, summed over the seeds') +
        (await shownMarkup([{ kind: 'matrix', ...confusion }], pictureUri));
  return tableMarkup({ ...listed(names, rows), note: `Recipe ${recipe}.` }) + curves + confusions;
}

/** One line a seed. */
function curvesOver(runs: VariantResult['runs']): CurvesShown[] {
  const shown = ['class, validation', 'validation'];
  const charts = runs.flatMap(({ seed, epochs }) =>
    trainingCurves(epochs, undefined).map((chart) => ({
      ...chart,
      series: chart.series
        .filter(({ name }) => shown.includes(name))
        .map((series) => ({ ...series, name: `seed ${seed}` })),
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
