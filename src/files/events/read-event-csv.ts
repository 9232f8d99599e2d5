// Events from a comma-separated table with a header, in columns of any order.
import { type Info, parse } from 'csv-parse/sync';
import { DuetError, messageOf } from '../../errors.ts';
import { checkSeparator } from '../table-separator.ts';
import { type EventFile, groupRows, parseEvent } from './events.ts';

/** Names that the columns go by. */
const columnNames = {
  path: ['path', 'file', 'filename', 'clip', 'video'],
  start: ['start', 'onset', 'begin'],
  end: ['end', 'offset'],
  label: ['label', 'event_label', 'class', 'event'],
};

/** Whether a text begins with a header that has all of these columns. */
export function isEventCsv(text: string): boolean {
  const cells = (text.replace(/^\uFEFF/, '').split(/\r?\n/, 1)[0] ?? '').split(',');
  const header = cells.map((cell) => cell.trim().toLowerCase());
  return Object.values(columnNames).every((names) => names.some((name) => header.includes(name)));
}

/** Looks at the first line alone, as the table may be long. @throws DuetError where it names no such columns. */
export function eventColumns(text: string, name: string): Readonly<Record<keyof typeof columnNames, number>> {
  const [line = ''] = text.split('\n', 1);
  checkSeparator(`"${name}"`, line);
  const header = parseRows(line, name)[0]?.record.map((cell) => cell.toLowerCase()) ?? [];
  const column = (key: keyof typeof columnNames) => {
    const index = header.findIndex((cell) => columnNames[key].includes(cell));
    if (index < 0)
      throw new DuetError(`"${name}" has no column "${key}"; its header should be path, start, end, label.`);
    return index;
  };
  return { path: column('path'), start: column('start'), end: column('end'), label: column('label') };
}

/** `path,start,end,label`; other columns are not read, and a row with only a path is a clip without events. */
export function readEventCsv(text: string, name: string): EventFile {
  const columns = eventColumns(text, name);
  const rows = parseRows(text, name);
  return groupRows(
    rows.slice(1).flatMap(({ record, info }) => {
      const cell = (key: keyof typeof columns) => record[columns[key]] ?? '';
      const [start, end, label] = [cell('start'), cell('end'), cell('label')];
      if (cell('path') === '') return [];
      const isEmpty = `${start}${end}${label}` === '';
      const event = isEmpty ? undefined : parseEvent({ start, end, label }, `Row ${info.lines} of "${name}"`);
      return [{ clip: cell('path'), event }];
    }),
  );
}

function parseRows(text: string, name: string) {
  const options = { info: true, bom: true, trim: true, relax_column_count: true, skip_empty_lines: true } as const;
  try {
    return parse(text, options) as unknown as { readonly record: readonly string[]; readonly info: Info }[];
  } catch (error) {
    throw new DuetError(`"${name}" is not a well-formed table: ${messageOf(error)}`);
  }
}
