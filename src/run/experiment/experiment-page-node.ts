// The page of an experiment: the comparison first, then each variant by itself.

import { groupBy } from '../../data/dataset.ts';
import { htmlDocument, type PageSection } from '../../report/document.ts';
import { dotPlot } from '../../report/dot-plot.ts';
import { duration, thousands } from '../../report/format.ts';
import { element, escapeText } from '../../report/markup.ts';
import { pictureUri } from '../../report/png-node.ts';
import type { CurvesShown, TableShown } from '../../report/shown.ts';
import { shownMarkup } from '../../report/shown-markup.ts';
import { heading, scrolled, tableMarkup } from '../../report/tables.ts';
import { recipeNamed } from '../../systems/registry.ts';
import type { System } from '../../systems/system.ts';
import type { Metric } from '../../train/metric.ts';
import { learningCurves } from './learning-curves.ts';
import type { PairedDifference } from './statistics.ts';
import { comparedMetrics, type ExperimentResult, type VariantResult } from './summary.ts';

/** Tables that fit a page say more than one that does not: metrics stand together as their systems group them. */
async function groupsOf(
  variants: readonly VariantResult[],
): Promise<{ readonly caption: string; readonly metrics: Metric[] }[]> {
  return [...groupBy(await comparedMetrics(variants), ({ group = '' }) => group)].map(([caption, metrics]) => ({
    caption,
    metrics,
  }));
}

/** The whole page, as HTML. */
export async function experimentPage(result: ExperimentResult, command: string): Promise<string> {
  const { name, baseline, seeds, folds, runs, finished, failed, variants } = result;
  const done = variants.filter((variant) => variant.runs.length > 0);
  const curves = await learningCurves(done);
  const sections: PageSection[] = [
    ...(done.length > 0 ? [{ id: 'comparison', title: 'Comparison', markup: await comparison(done) }] : []),
    ...(done.length > 1
      ? [{ id: 'differences', title: `Differences from ${baseline}`, markup: await differences(baseline, done) }]
      : []),
    ...(curves.length > 0
      ? [{ id: 'learning', title: 'Learning curves', markup: curvesNote + (await shownMarkup(curves, pictureUri)) }]
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
    `${finished} of ${runs} runs finished: ${variants.length} variants, ${seedList}${folds === undefined ? '' : `, ${folds} folds`}. ` +
    (folds === undefined
      ? 'All shares are of the test split; the kept epoch was chosen by the validation split alone.'
      : 'All shares are of the fold that is left out; the kept epoch was chosen by another alone. The data’s own test split takes no part.') +
    (waiting.length > 0 ? ` Not run yet: ${waiting.join(', ')}.` : '');
  return htmlDocument(name, [element('p', {}, escapeText(introduction)), ''], sections);
}

async function comparison(variants: readonly VariantResult[]): Promise<string> {
  const [first] = await comparedMetrics(variants);
  const dots = variants.map(({ name, runs }) => ({
    name,
    values: runs.flatMap((run) => {
      const value = first && run.metrics[first.name];
      return value == null ? [] : [{ name: runName(run), value }];
    }),
  }));
  const title = first?.title ?? '';
  const plot = first?.unit === 'share' ? element('figure', {}, heading(title), scrolled(dotPlot(title, dots))) : '';
  const spread = note(
    'A dot for each run, a bar at their mean. In the tables: mean and standard deviation over the runs, in hundredths.',
  );
  const tables = (await groupsOf(variants)).map(({ caption, metrics: shown }) => {
    const rows = variants.map(({ name, metrics, runs }) => [
      name,
      String(runs.length),
      ...shown.map((metric) => {
        const summary = metrics[metric.name];
        if (summary === undefined) return '–';
        return Number.isFinite(summary.deviation)
          ? `${number(summary.mean, metric)} ± ${number(summary.deviation, metric)}`
          : number(summary.mean, metric);
      }),
    ]);
    return note(caption) + tableMarkup(listed(['variant', 'runs', ...shown.map(({ title }) => title)], rows));
  });
  return plot + spread + tables.join('');
}

async function differences(baseline: string, variants: readonly VariantResult[]): Promise<string> {
  const others = variants.filter(({ name }) => name !== baseline);
  const caption =
    'Variant minus baseline over the runs that both have, in hundredths: mean and 95 % interval (Student’s t of the paired differences). An interval that leaves out zero is unlikely to be chance alone; with many cells, some will be.';
  const tables = (await groupsOf(variants)).map(({ metrics: shown }) => {
    const rows = others.map(({ name, metrics }) => [
      name,
      ...shown.map((metric) => differenceText(metrics[metric.name]?.difference, metric)),
    ]);
    return tableMarkup(listed(['variant', ...shown.map(({ title }) => title)], rows));
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

async function variantMarkup(variant: VariantResult): Promise<string> {
  const { recipe, runs, confusion } = variant;
  const { system } = await recipeNamed(recipe);
  const shown = (await comparedMetrics([variant])).slice(0, 4);
  const rows = runs.map((run) => [
    runName(run),
    ...shown.map((metric) => number(run.metrics[metric.name] ?? Number.NaN, metric)),
    run.keptEpoch === 0 ? 'the start' : `${run.keptEpoch ?? '–'} of ${run.epochs.length}`,
  ]);
  const names = ['run', ...shown.map(({ title }) => title), 'kept epoch'];
  const curves = await shownMarkup(curvesOver(system, runs), pictureUri);
  const confusions =
    confusion === undefined
      ? ''
      : heading('Confusions, summed over the runs') +
        (await shownMarkup([{ kind: 'matrix', ...confusion }], pictureUri));
  return tableMarkup({ ...listed(names, rows), note: `Recipe ${recipe}.` }) + curves + confusions;
}

/** One line a run. */
function curvesOver(system: System, runs: VariantResult['runs']): CurvesShown[] {
  const charts = runs.flatMap((run) =>
    system.curves(run.epochs, undefined).map((chart) => ({
      ...chart,
      series: chart.series
        .filter(({ name }) => name.endsWith('validation'))
        .map((series) => ({ ...series, name: runName(run) })),
    })),
  );
  const titles = [...new Set(charts.map(({ title }) => title))];
  return titles.flatMap((title) => {
    const same = charts.filter((chart) => chart.title === title);
    const series = same.flatMap((chart) => chart.series);
    return series.length === 0 ? [] : [{ ...same[0]!, title: `${title}, validation`, series }];
  });
}

function runName({ seed, fold }: { readonly seed: number; readonly fold?: number | undefined }): string {
  return fold === undefined ? `seed ${seed}` : `seed ${seed}, fold ${fold + 1}`;
}

const curvesNote = note('Means over the runs, with their 95 % intervals, against the number of clips learned from.');

function note(text: string): string {
  return element('p', { class: 'note' }, escapeText(text));
}

/** Shares in hundredths. */
function number(value: number, { unit }: Metric): string {
  if (!Number.isFinite(value)) return '–';
  return unit === 'share' ? (100 * value).toFixed(1) : value.toFixed(3);
}

function differenceText(difference: PairedDifference | undefined, metric: Metric): string {
  if (difference === undefined) return '–';
  const signed = (share: number) => (share > 0 ? `+${number(share, metric)}` : number(share, metric).replace('-', '−'));
  const interval = Number.isFinite(difference.low) ? ` (${signed(difference.low)} to ${signed(difference.high)})` : '';
  return signed(difference.mean) + interval;
}
