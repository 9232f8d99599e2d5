// Curves over epochs or steps, with a legend and the values of each place in its hover text.
import { chartWidth, label, line, lineColour, seriesColour, softColour, svg } from './chart-style.ts';
import { percent, shortValue } from './format.ts';
import { element, escapeText, shortNumber } from './markup.ts';
import { linearScale, roundTicks, type Scale } from './scale.ts';
import type { CurvePoint, CurvesShown, Point } from './shown.ts';

type CurveChart = Omit<CurvesShown, 'kind'>;

const height = 270;
const left = 52;
const right = 14;
const bottom = 42;
const legendRow = 18;

/** The chart as an svg element. A chart without a single finite value says so. */
export function lineChart(chart: CurveChart): string {
  const points = chart.series.flatMap((series) => series.points).filter(isDrawn);
  const legend = legendItems(chart.series.map((series) => series.name));
  const top = 10 + legend.rows * legendRow;
  if (points.length === 0) {
    return svg(
      chartWidth,
      height,
      `${chart.title}: no values yet`,
      label('No values yet', chartWidth / 2, height / 2, 'middle'),
    );
  }
  const write = (value: number) => (chart.unit === 'percent' ? percent(value) : shortValue(value));
  const x = linearScale(extent(points.map((point) => point.x)), [left, chartWidth - right]);
  const y = linearScale(valueDomain(points, chart.unit), [height - bottom, top + 6]);
  return svg(
    chartWidth,
    height,
    describe(chart, write),
    ...gridLines(x, y, chart),
    ...(chart.mark === undefined ? [] : markLine(chart.mark, x, top)),
    ...chart.series.flatMap(({ points }, index) => [
      curve(points, x, y, seriesColour(index)),
      ...intervals(points, x, y, seriesColour(index)),
    ]),
    ...hoverBands(chart, x, top, write),
    legend.markup,
  );
}

/** A bar for each point that has an interval, cut at the chart's edges. */
function intervals(points: readonly CurvePoint[], x: Scale, y: Scale, colour: string): string[] {
  const [low, high] = y.domain;
  const within = (value: number) => Math.min(Math.max(value, low), high);
  return points.flatMap((point) => {
    const { half = Number.NaN } = point;
    if (!isDrawn(point) || !Number.isFinite(half)) return [];
    const [from, to] = [point.y - half, point.y + half].map((value) => y(within(value))) as [number, number];
    return [line(x(point.x), from, x(point.x), to, colour)];
  });
}

function isDrawn(point: Point): boolean {
  return Number.isFinite(point.x) && Number.isFinite(point.y);
}

function extent(values: readonly number[]): [number, number] {
  return [values.reduce((a, b) => Math.min(a, b)), values.reduce((a, b) => Math.max(a, b))];
}

/** From zero where that does not squash the curves; shares stay within 0 ... 1. */
function valueDomain(points: readonly Point[], unit: CurveChart['unit']): [number, number] {
  const [low, high] = extent(points.map((point) => point.y));
  if (unit === 'percent') return [low < 0.5 ? 0 : Math.min(0.9, Math.floor(low * 10) / 10), 1];
  const pad = (high - low) * 0.06 || Math.abs(high) * 0.1 || 0.5;
  return [low >= 0 && low < 0.6 * high ? 0 : low - pad, high + pad];
}

function gridLines(x: Scale, y: Scale, chart: CurveChart): string[] {
  const floor = height - bottom;
  const rows = roundTicks(...y.domain, 5).flatMap((tick) => [
    line(left, y(tick), chartWidth - right, y(tick)),
    label(chart.unit === 'percent' ? percent(tick, 0) : shortValue(tick), left - 7, y(tick) + 4, 'end'),
  ]);
  // There is no epoch 1.5.
  const whole = chart.series.every((series) => series.points.every((point) => Number.isInteger(point.x)));
  const columns = roundTicks(...x.domain, 7)
    .filter((tick) => Number.isInteger(tick) || !whole)
    .map((tick) => label(shortValue(tick), x(tick), floor + 17, 'middle'));
  const name = label(chart.xLabel, (left + chartWidth - right) / 2, height - 6, 'middle');
  return [...rows, line(left, floor, chartWidth - right, floor, softColour), ...columns, name];
}

function markLine(mark: { readonly x: number; readonly label: string }, x: Scale, top: number): string[] {
  if (mark.x < x.domain[0] || mark.x > x.domain[1]) return [];
  const place = x(mark.x);
  const onRight = place < chartWidth * 0.7;
  return [
    line(place, top, place, height - bottom, softColour, true),
    label(mark.label, place + (onRight ? 5 : -5), height - bottom - 6, onRight ? 'start' : 'end'),
  ];
}

function curve(points: readonly Point[], x: Scale, y: Scale, colour: string): string {
  const runs: string[][] = [[]];
  for (const point of points) {
    if (isDrawn(point)) runs.at(-1)?.push(`${shortNumber(x(point.x))} ${shortNumber(y(point.y))}`);
    else runs.push([]);
  }
  // A run of one place has no line to show: round ends make it a dot.
  const path = runs
    .filter((run) => run.length > 0)
    .map((run) => `M${run.join('L')}${run.length === 1 ? 'h0.01' : ''}`)
    .join('');
  const width = runs.every((run) => run.length < 2) ? 6 : 2;
  return element('path', {
    d: path,
    fill: 'none',
    'stroke-width': width,
    'stroke-linejoin': 'round',
    'stroke-linecap': 'round',
    style: `stroke:${colour}`,
  });
}

/** One see-through column per place on the x axis, whose title lists every curve's value there. */
function hoverBands(chart: CurveChart, x: Scale, top: number, write: (value: number) => string): string[] {
  const places = [...new Set(chart.series.flatMap((series) => series.points.map((point) => point.x)))].sort(
    (a, b) => a - b,
  );
  return places.map((place, index) => {
    const from = index === 0 ? x(place) - 4 : (x(places[index - 1] as number) + x(place)) / 2;
    const to = index === places.length - 1 ? x(place) + 4 : (x(place) + x(places[index + 1] as number)) / 2;
    const values = chart.series.flatMap((series) => {
      const point = series.points.find((candidate) => candidate.x === place);
      return point === undefined ? [] : [`${series.name} ${write(point.y)}`];
    });
    const title = element('title', {}, escapeText(`${chart.xLabel} ${shortValue(place)}: ${values.join(', ')}`));
    return element(
      'rect',
      {
        x: from,
        y: top,
        width: to - from,
        height: height - bottom - top,
        class: 'hover',
        'fill-opacity': 0,
        style: `fill:${lineColour}`,
      },
      title,
    );
  });
}

function legendItems(names: readonly string[]): { readonly markup: string; readonly rows: number } {
  let [x, row] = [left, 0];
  const items = names.map((name, index) => {
    const width = 28 + 7 * name.length;
    if (x > left && x + width > chartWidth) [x, row] = [left, row + 1];
    const y = 14 + row * legendRow;
    const swatch = element('rect', {
      x,
      y: y - 6,
      width: 14,
      height: 3,
      rx: 1.5,
      style: `fill:${seriesColour(index)}`,
    });
    const item = swatch + label(name, x + 20, y);
    x += width;
    return item;
  });
  return { markup: items.join(''), rows: names.length === 0 ? 0 : row + 1 };
}

function describe(chart: CurveChart, write: (value: number) => string): string {
  const parts = chart.series.flatMap((series) => {
    const drawn = series.points.filter(isDrawn);
    const [first, last] = [drawn[0], drawn.at(-1)];
    if (first === undefined || last === undefined) return [];
    return [
      `${series.name} goes from ${write(first.y)} at ${chart.xLabel} ${shortValue(first.x)} to ${write(last.y)} at ${shortValue(last.x)}`,
    ];
  });
  return `${chart.title}. ${parts.join('; ')}.`;
}
