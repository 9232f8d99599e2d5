// Tables and small pieces of a page that several kinds of shown things share.
import { percent, thousands } from './format.ts';
import { element, escapeText } from './markup.ts';
import type { TableShown } from './shown.ts';

export function heading(text: string): string {
  return element('h3', {}, escapeText(text));
}

/** A bar for a share in 0 ... 1; the number stands beside it, so screen readers skip it. */
export function meter(share: number): string {
  const width = `width:${(100 * Math.min(1, Math.max(0, share || 0))).toFixed(1)}%`;
  return element('span', { class: 'meter', 'aria-hidden': 'true' }, element('i', { style: width }));
}

/** What a cell says: numbers of a share column in per cent, other numbers with separators. */
export function cellText(cell: string | number, kind: TableShown['columns'][number]['kind']): string {
  if (typeof cell === 'string') return cell;
  return kind === 'share' ? percent(cell) : thousands(cell);
}

/** The first column names the row; the first column of shares has a bar beside each number. */
export function tableMarkup({ note, columns, rows }: Omit<TableShown, 'kind'>): string {
  const metered = columns.findIndex(({ kind }) => kind === 'share');
  const head = columns.map(({ name, kind }) =>
    element('th', { scope: 'col', style: kind === 'text' ? 'text-align:left' : undefined }, escapeText(name)),
  );
  const body = rows.map((row) => {
    const cells = row.map((cell, index) => {
      const { kind } = columns[index]!;
      const text = escapeText(cellText(cell, kind));
      if (index === 0) return element('th', { scope: 'row' }, text);
      const bar = index === metered && typeof cell === 'number' ? meter(cell) : '';
      return element('td', { class: kind === 'text' ? 'text' : undefined }, text + bar);
    });
    return element('tr', {}, ...cells);
  });
  const caption = note === undefined ? '' : element('caption', {}, escapeText(note));
  const headRow = element('thead', {}, element('tr', {}, ...head));
  return scrolled(element('table', { class: 'list' }, caption, headRow, element('tbody', {}, ...body)));
}

export function scrolled(markup: string): string {
  return element('div', { class: 'scroll' }, markup);
}
