// Shares of several things side by side: a dot for each measurement, a bar at their mean.
import { accentColour, chartWidth, inkColour, label, line, softColour, wideSvg } from './chart-style.ts';
import { percent } from './format.ts';
import { element, escapeText } from './markup.ts';
import { linearScale, roundTicks } from './scale.ts';

/** Values are in 0 ... 1. */
export type DotRow = {
  readonly name: string;
  readonly values: readonly { readonly name: string; readonly value: number }[];
};

const width = 1.75 * chartWidth;
const left = 290;
const right = 62;
const top = 8;
const rowHeight = 26;
const bottom = 34;
const longestName = 40;

/** The chart as an svg element, rows from the top in their order. */
export function dotPlot(title: string, rows: readonly DotRow[]): string {
  const shown = rows.filter(({ values }) => values.length > 0);
  const all = shown.flatMap(({ values }) => values.map(({ value }) => value));
  const least = Math.max(0, Math.floor(10 * Math.min(1, ...all) - 0.3) / 10);
  const greatest = Math.min(1, Math.ceil(10 * Math.max(0, ...all) + 0.3) / 10);
  const x = linearScale([least, greatest], [left, width - right]);
  const floor = top + shown.length * rowHeight;
  const ticks = roundTicks(least, greatest, 8).flatMap((tick) => [
    line(x(tick), top, x(tick), floor),
    label(percent(tick, 0), x(tick), floor + 20, 'middle'),
  ]);
  const means = shown.map(({ name, values }) => ({
    name,
    mean: values.reduce((sum, { value }) => sum + value, 0) / values.length,
  }));
  const marks = shown.flatMap(({ name, values }, index) => {
    const y = top + (index + 0.5) * rowHeight;
    const { mean } = means[index]!;
    const written = name.length > longestName ? `${name.slice(0, longestName - 1)}…` : name;
    return [
      label(written, left - 14, y + 4, 'end', inkColour, 13),
      ...values.map((one) =>
        element(
          'circle',
          { cx: x(one.value), cy: y, r: 5, 'fill-opacity': 0.4, style: `fill:${accentColour}` },
          element('title', {}, escapeText(`${name}, ${one.name}: ${percent(one.value)}`)),
        ),
      ),
      element('rect', { x: x(mean) - 1.5, y: y - 8, width: 3, height: 16, rx: 1.5, style: `fill:${accentColour}` }),
      label(percent(mean), width - right + 14, y + 4, 'start', softColour, 13),
    ];
  });
  const description = `${title}. ${means.map(({ name, mean }) => `${name}: ${percent(mean)}`).join('; ')}.`;
  return wideSvg(width, floor + bottom, description, ...ticks, ...marks);
}
