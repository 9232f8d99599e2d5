// The report's sections. Each takes its part of the report and gives markup, or nothing where there is nothing to show.
import { reliabilityDiagram } from './calibration.ts';
import { confusionMatrix, worstConfusions } from './confusion-matrix.ts';
import { clock, duration, percent, thousands } from './format.ts';
import { lineChart } from './line-chart.ts';
import { element, escapeText } from './markup.ts';
import type {
  Calibration,
  ClassResult,
  ConfusionMatrix,
  CurveChart,
  LocalisationResult,
  Report,
  ReportSummary,
  Robustness,
  Timeline,
} from './report.ts';
import { robustnessRows } from './robustness.ts';
import { timelineChart } from './timeline.ts';

export function summaryNumbers(summary: ReportSummary): string {
  const entries: (readonly [string, string] | undefined)[] = [
    ['accuracy', percent(summary.accuracy)],
    ['macro F1', percent(summary.macroF1)],
    summary.backgroundAuc === undefined ? undefined : ['background AUC', summary.backgroundAuc.toFixed(3)],
    ['clips tested', thousands(summary.clips)],
    ['files skipped', thousands(summary.skipped)],
    summary.seconds === undefined ? undefined : ['time', duration(summary.seconds)],
    summary.trainableParameters === undefined
      ? undefined
      : ['trainable parameters', thousands(summary.trainableParameters)],
  ];
  const cells = entries
    .filter((entry) => entry !== undefined)
    .map(([name, value]) =>
      element('div', {}, element('dt', {}, escapeText(name)), element('dd', {}, escapeText(value))),
    );
  return element('dl', { class: 'summary', style: `--tiles:${cells.length}` }, ...cells);
}

export function curvesSection(charts: readonly CurveChart[]): string {
  return element(
    'div',
    { class: 'charts' },
    ...charts.map((chart) => element('figure', {}, heading(chart.title), lineChart(chart))),
  );
}

export function confusionSection(matrix: ConfusionMatrix): string {
  const worst = worstConfusions(matrix, 8).map((mistake) => [
    mistake.truth,
    mistake.predicted,
    String(mistake.count),
    percent(mistake.share, 0),
  ]);
  const mistakes =
    worst.length === 0
      ? element('p', { class: 'note' }, 'No mistakes.')
      : listTable('Most frequent mistakes', ['true class', 'taken for', 'clips', 'of its class'], worst, 2);
  return element(
    'div',
    { class: 'confusions' },
    element('div', { class: 'scroll' }, confusionMatrix(matrix)),
    element('div', {}, mistakes),
  );
}

export function classSection(classes: readonly ClassResult[]): string {
  const heads = element(
    'tr',
    {},
    ...['class', 'F1', 'precision', 'recall', 'clips'].map((name) => element('th', { scope: 'col' }, name)),
  );
  const rows = classes.map((result) => {
    const cells = [
      percent(result.f1) + meter(result.f1),
      percent(result.precision),
      percent(result.recall),
      thousands(result.clips),
    ];
    return element(
      'tr',
      {},
      element('th', { scope: 'row' }, escapeText(result.name)),
      ...cells.map((cell) => element('td', {}, cell)),
    );
  });
  const caption = element('caption', {}, 'F1 is the harmonic mean of precision and recall.');
  return scrolled(
    element('table', { class: 'list' }, caption, element('thead', {}, heads), element('tbody', {}, ...rows)),
  );
}

export function calibrationSection(calibration: Calibration): string {
  const note = `On the dashed line a prediction of 80 % is right four times out of five. A dot’s size is its number of clips. Mean gap: ${percent(calibration.expectedError)}.`;
  return element('figure', { class: 'narrow' }, reliabilityDiagram(calibration), element('figcaption', {}, note));
}

export function robustnessSection(robustness: Robustness): string {
  const caption =
    'A plain picture or silence in place of what is missing; swapped pairs are pictures with the sound of another class.';
  return listTable(caption, ['what', 'share'], robustnessRows(robustness), 1);
}

export function timelineSection(timeline: Timeline): string {
  if (timeline.events.length === 0)
    return element(
      'div',
      { class: 'timeline' },
      heading(timeline.title),
      element('p', { class: 'note' }, 'No events.'),
    );
  const rows = timeline.events.map((event) => [
    event.label,
    clock(event.start, 1),
    clock(event.end, 1),
    percent(event.probability, 0),
  ]);
  const table = listTable('', ['event', 'from', 'to', 'probability'], rows, 1);
  const chart = timelineChart(timeline);
  const details = element('details', {}, element('summary', {}, 'The events as a table'), table);
  return element('div', { class: 'timeline' }, heading(timeline.title), scrolled(chart), details);
}

export function localisationSection(results: readonly LocalisationResult[]): string {
  const rows = results.map(({ name, clips, centreError, iouAtHalf, auc, peakInBox }) => [
    name,
    thousands(clips),
    ...[centreError, iouAtHalf, auc, peakInBox].map((share) => percent(share)),
  ]);
  const caption =
    'Maps compared with the boxes of the things that sound, and with two guesses that look at nothing: the middle of the picture, and what the training boxes have in common. ' +
    'The centre error is a share of the picture’s diagonal, lower is better; the others are shares of clips, AUC the area under that over the overlap asked for.';
  return listTable(caption, ['map', 'clips', 'centre error', 'IoU ≥ 0.5', 'AUC', 'peak in box'], rows, 1);
}

export function skippedSection(skipped: NonNullable<Report['skipped']>): string {
  return listTable(
    'These files could not be read and were left out.',
    ['file', 'why'],
    skipped.map((file) => [file.path, file.reason]),
    2,
  );
}

export function configurationSection(report: Report): string {
  return (
    heading('Command') +
    element('pre', { class: 'command', tabindex: 0 }, escapeText(report.command)) +
    heading('Configuration') +
    element('pre', { tabindex: 0 }, escapeText(JSON.stringify(report.configuration, undefined, 2) ?? ''))
  );
}

export function heading(text: string): string {
  return element('h3', {}, escapeText(text));
}

/** A bar for a share in 0 ... 1; the number stands beside it, so screen readers skip it. */
export function meter(share: number): string {
  const width = `width:${(100 * Math.min(1, Math.max(0, share || 0))).toFixed(1)}%`;
  return element('span', { class: 'meter', 'aria-hidden': 'true' }, element('i', { style: width }));
}

/** A table whose first `textColumns` columns are text and whose others are numbers. */
export function listTable(
  caption: string,
  heads: readonly string[],
  rows: readonly (readonly string[])[],
  textColumns: number,
): string {
  const head = heads.map((name, column) =>
    element('th', { scope: 'col', style: column < textColumns ? 'text-align:left' : undefined }, escapeText(name)),
  );
  const body = rows.map((row) =>
    element(
      'tr',
      {},
      ...row.map((cell, column) =>
        column === 0
          ? element('th', { scope: 'row' }, escapeText(cell))
          : element('td', { class: column < textColumns ? 'text' : undefined }, escapeText(cell)),
      ),
    ),
  );
  const title = caption === '' ? '' : element('caption', {}, escapeText(caption));
  return scrolled(
    element(
      'table',
      { class: 'list' },
      title,
      element('thead', {}, element('tr', {}, ...head)),
      element('tbody', {}, ...body),
    ),
  );
}

export function scrolled(markup: string): string {
  return element('div', { class: 'scroll' }, markup);
}
