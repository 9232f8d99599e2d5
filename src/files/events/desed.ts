// Tables of DESED and DCASE (Turpault et al. 2019), separated by tabs and with a header: events with their times, or
// only the classes of each clip, and the clips' durations.
import { DuetError } from '../../errors.ts';
import { type ClipEvents, type EventFile, groupRows, parseEvent, parseTime, type ScoredEvent } from './events.ts';

/** Whether a text begins as one of these tables. */
export function isDesedTable(text: string): boolean {
  const [first, ...others] = (text.split(/\r?\n/, 1)[0] ?? '').split('\t').map((name) => name.trim());
  return first === 'filename' && others.length > 0;
}

/** `filename onset offset event_label`, a clip without events in one row of empty cells; or `filename event_labels`. */
export function readDesedEvents(text: string, name: string): EventFile {
  const { columns, rows } = table(text, name);
  if (columns.includes('event_labels')) {
    const clips = rows.map(({ cells }): ClipEvents => {
      const labels = (cells.event_labels ?? '').split(',').map((label) => label.trim());
      return { clip: cells.filename!, events: [], labels: labels.filter((label) => label !== '') };
    });
    return { clips, problems: [] };
  }
  for (const needed of ['onset', 'offset', 'event_label'])
    if (!columns.includes(needed))
      throw new DuetError(
        `"${name}" has no column "${needed}"; its header should be filename, onset, offset, event_label.`,
      );
  return groupRows(
    rows.map(({ where, cells: { filename, onset = '', offset = '', event_label = '' } }) => ({
      clip: filename!,
      event:
        `${onset}${offset}${event_label}`.trim() === ''
          ? undefined
          : parseEvent({ start: onset, end: offset, label: event_label }, where),
    })),
  );
}

/** `filename duration`, in seconds by file name. A row without a duration is left out. */
export function readDesedDurations(text: string, name: string): ReadonlyMap<string, number> {
  const { columns, rows } = table(text, name);
  if (!columns.includes('duration'))
    throw new DuetError(`"${name}" has no column "duration"; its header should be filename, duration.`);
  const durations = rows.map(({ cells }) => [cells.filename!, parseTime(cells.duration ?? '')] as const);
  return new Map(durations.filter(([, seconds]) => !Number.isNaN(seconds)));
}

/** A table of detected events, as DESED has them, with a row for each clip without any. */
export function desedTable(
  clips: readonly { readonly clip: string; readonly events: readonly ScoredEvent[] }[],
): string {
  const rows = clips.flatMap(({ clip, events }) => {
    if (events.length === 0) return [[clip, '', '', '']];
    return events.map(({ start, end, label }) => [clip, start.toFixed(3), end.toFixed(3), label]);
  });
  return [['filename', 'onset', 'offset', 'event_label'], ...rows]
    .map((cells) => `${cells.map((cell) => cell.replace(/\s+/g, ' ')).join('\t')}\n`)
    .join('');
}

function table(text: string, name: string) {
  const [header = '', ...lines] = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  const columns = header.split('\t').map((column) => column.trim());
  if (!columns.includes('filename'))
    throw new DuetError(`"${name}" has no column "filename"; it should be a table separated by tabs, with a header.`);
  const rows = lines.flatMap((line, index) => {
    const values = line.split('\t');
    const cells: Partial<Record<string, string>> = Object.fromEntries(columns.map((column, i) => [column, values[i]]));
    return cells.filename ? [{ where: `Row ${index + 2} of "${name}"`, cells }] : [];
  });
  return { columns, rows };
}
