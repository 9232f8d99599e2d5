// Shown things as plain text for a terminal. Pictures, spectrograms, sounds and curves have no text; pages show them.
import { clock, percent } from './format.ts';
import type { Shown } from './shown.ts';
import { cellText } from './tables.ts';
import { textTable } from './text-table.ts';

/** Each thing that text can show, an empty line between them; ends in a newline unless it is empty. */
export function shownText(all: readonly Shown[]): string {
  return all
    .map(oneText)
    .filter((text) => text !== '')
    .join('\n');
}

function oneText(shown: Shown): string {
  switch (shown.kind) {
    case 'numbers':
      return textTable([], shown.rows);
    case 'table':
      return textTable(
        shown.columns.map(({ name }) => name),
        shown.rows.map((row) => row.map((cell, index) => cellText(cell, shown.columns[index]!.kind))),
      );
    case 'ranking':
      return textTable(
        [],
        shown.entries.map(({ label, share }) => [label, percent(share)]),
      );
    case 'timeline':
      return textTable(
        [],
        shown.tracks.flatMap(({ name, events }) =>
          events.map(({ start, end, score, label }) => [
            `${clock(start, 1)}–${clock(end, 1)}`,
            percent(score, 0),
            shown.tracks.length > 1 ? `${name}: ${label}` : label,
          ]),
        ),
      );
    case 'card':
      return [`${shown.title}${shown.verdict ? `: ${shown.verdict.said}` : ''}\n`, shownText(shown.shown)].join('');
    case 'curves':
    case 'reliability':
    case 'matrix':
    case 'picture':
    case 'spectrogram':
    case 'sound':
      return '';
  }
}
