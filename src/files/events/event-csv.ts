// Events as a comma-separated table with a header (RFC 4180), for spreadsheets.
import type { ScoredEvent } from './events.ts';

/** `path,start,end,label,score`, one row per event. */
export function eventsCsv(
  clips: readonly { readonly clip: string; readonly events: readonly ScoredEvent[] }[],
): string {
  const rows = clips.flatMap(({ clip, events }) =>
    events.map(({ start, end, label, score }) => [clip, start.toFixed(3), end.toFixed(3), label, score.toFixed(4)]),
  );
  return [['path', 'start', 'end', 'label', 'score'], ...rows]
    .map((cells) => `${cells.map(quoted).join(',')}\n`)
    .join('');
}

function quoted(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
