// What all charts share: size, colours that follow the page (with plain ones for use outside it), and the outer svg
// element.
import { element, escapeText } from './markup.ts';

const seriesColours = ['#2f6fb0', '#c2571a', '#2e8b57', '#8e4fb0', '#b03a5b', '#6b7280'];

/** The colour of the series at this place in its chart, as CSS. */
export function seriesColour(index: number): string {
  const place = index % seriesColours.length;
  return `var(--series-${place + 1}, ${seriesColours[place]})`;
}

export const inkColour = 'var(--ink, #1f2430)';
export const softColour = 'var(--soft, #667085)';
export const lineColour = 'var(--line, #d9dde3)';
export const accentColour = 'var(--series-1, #2f6fb0)';

// Charts are this many units wide and are shown at most a little larger, so that their text stays readable on a phone.
export const chartWidth = 460;

export type Anchor = 'start' | 'middle' | 'end';

export function label(
  text: string,
  x: number,
  y: number,
  anchor: Anchor = 'start',
  colour = softColour,
  size = 12,
): string {
  return element('text', { x, y, 'text-anchor': anchor, 'font-size': size, style: `fill:${colour}` }, escapeText(text));
}

export function line(x1: number, y1: number, x2: number, y2: number, colour = lineColour, dashed = false): string {
  return element('line', { x1, y1, x2, y2, style: `stroke:${colour}`, 'stroke-dasharray': dashed ? '4 3' : undefined });
}

/** The chart as one picture to a screen reader, named by its title and description. */
export function svg(width: number, height: number, description: string, ...children: readonly string[]): string {
  return chart('chart', width, height, description, children);
}

/** The same for a chart that would be too small to read on a narrow page: there it is scrolled instead. */
export function wideSvg(width: number, height: number, description: string, ...children: readonly string[]): string {
  return chart('chart wide', width, height, description, children);
}

function chart(
  className: string,
  width: number,
  height: number,
  description: string,
  children: readonly string[],
): string {
  const attributes = {
    viewBox: `0 0 ${Math.round(width)} ${Math.round(height)}`,
    role: 'img',
    'aria-label': description,
    class: className,
  };
  return element(
    'svg',
    { xmlns: 'http://www.w3.org/2000/svg', ...attributes, 'font-family': 'system-ui, sans-serif' },
    ...children,
  );
}
