// Which mark stands between the cells of a table, and one sentence for a table that was saved with another.
import { DuetError } from '../errors.ts';

const marks = [',', ';', '\t', '|'];
const nameOf = (mark: string) => (mark === '\t' ? 'tabs' : `"${mark}"`);

/** Throws DuetError for a table whose first line, quoted cells aside, has more of another mark than of `due`. */
export function checkSeparator(table: string, firstLine: string, due = ','): void {
  const line = firstLine.replace(/"[^"]*"/g, '');
  const count = (mark: string) => line.split(mark).length - 1;
  const found = marks.reduce((most, mark) => (count(mark) > count(most) ? mark : most), due);
  if (found === due) return;
  throw new DuetError(
    `${table} separates its columns by ${nameOf(found)}, not by ${nameOf(due)}; save it with ${nameOf(due)} between cells.`,
  );
}
