// A CSV, TSV or JSONL manifest read as labelled clips.
import { readFile } from 'node:fs/promises';
import { dirname, extname, relative, resolve, sep } from 'node:path';
import { type Info, parse } from 'csv-parse/sync';
import { DuetError, messageOf } from '../errors.ts';
import type { MediaReference } from '../media/media.ts';
import { readSplitNames, type UnsplitExample } from './dataset.ts';
import { suggestion } from './suggestion.ts';

const columns = ['path', 'start', 'end', 'label', 'split', 'image', 'audio'] as const;
type Column = (typeof columns)[number];
type Row = { readonly number: number; readonly cells: ReadonlyMap<Column, string> };

export function isManifest(path: string): boolean {
  return ['.csv', '.tsv', '.jsonl', '.ndjson'].includes(extname(path).toLowerCase());
}

/**
 * Reads a manifest with the columns `label` and either `path` (with optional `start` and `end` in seconds) or `image`
 * and `audio`, and optionally `split`. Paths are relative to the manifest's folder. Rows are numbered as in the file, a
 * header being row 1. Throws DuetError, naming the row, for unknown columns, missing or malformed cells, empty ranges
 * and rows given twice.
 */
export async function readManifest(path: string): Promise<UnsplitExample[]> {
  const text = (await readFile(path, 'utf8')).replace(/^\uFEFF/, '');
  const extension = extname(path).toLowerCase();
  const rows =
    extension === '.jsonl' || extension === '.ndjson'
      ? jsonRows(path, text)
      : tableRows(path, text, extension === '.tsv' ? '\t' : ',');
  if (rows.length === 0)
    throw new DuetError(`The manifest "${path}" is empty; give it one row per clip with at least path and label.`);
  const splitOf = readSplitNames(rows.map((row) => row.cells.get('split') ?? ''));
  const rowOfId = new Map<string, number>();
  const firstWithSplit = rows.find((row) => row.cells.has('split'));
  return rows.map((row) => {
    const fail = (what: string) => new DuetError(`Row ${row.number} of the manifest "${path}" ${what}`);
    const label = row.cells.get('label');
    if (label === undefined) throw fail('has no label; give every row one.');
    const { id, media } = clipOf(row, dirname(resolve(path)), fail);
    const earlier = rowOfId.get(id);
    if (earlier !== undefined) throw fail(`repeats row ${earlier} (${id}); remove one of them.`);
    rowOfId.set(id, row.number);
    const splitText = row.cells.get('split');
    if (splitText === undefined) {
      if (firstWithSplit)
        throw fail(`has no split while row ${firstWithSplit.number} has one; give all rows a split or none.`);
      return { id, label, media };
    }
    const split = splitOf(splitText);
    if (split === undefined)
      throw fail(`has the unknown split "${splitText}"; ${suggestion(splitText, ['train', 'val', 'test'])}`);
    return { id, label, media, split };
  });
}

function clipOf(row: Row, folder: string, fail: (what: string) => DuetError): { id: string; media: MediaReference } {
  const [path, image, audio] = [row.cells.get('path'), row.cells.get('image'), row.cells.get('audio')];
  const name = (file: string) => relative(folder, resolve(folder, file)).split(sep).join('/');
  const start = secondsOf(row, 'start', fail);
  const end = secondsOf(row, 'end', fail);
  if (path !== undefined) {
    if (image !== undefined || audio !== undefined)
      throw fail('has both path and image or audio; give either path, or image and audio.');
    if (end !== undefined && end <= (start ?? 0)) {
      throw fail(`has zero length (start ${start ?? 0}, end ${end}); the end must be later than the start.`);
    }
    const times = start === undefined && end === undefined ? '' : `#${start ?? 0}-${end ?? ''}`;
    const range = { ...(start !== undefined && { start }), ...(end !== undefined && { end }) };
    return { id: name(path) + times, media: { kind: 'video', path: resolve(folder, path), ...range } };
  }
  if (image === undefined && audio === undefined) throw fail('has no path; give path, or image and audio.');
  if (image === undefined) throw fail('has audio but no image; give both.');
  if (audio === undefined) throw fail('has image but no audio; give both.');
  if (start !== undefined || end !== undefined)
    throw fail('has start or end beside image and audio; times need a path.');
  return {
    id: `${name(image)}+${name(audio)}`,
    media: { kind: 'pair', image: resolve(folder, image), audio: resolve(folder, audio) },
  };
}

function secondsOf(row: Row, column: 'start' | 'end', fail: (what: string) => DuetError): number | undefined {
  const text = row.cells.get(column);
  if (text === undefined) return undefined;
  const seconds = Number(text);
  if (!Number.isFinite(seconds) || seconds < 0) throw fail(`has the ${column} "${text}"; write seconds, zero or more.`);
  return seconds;
}

/** Rows of a table whose first line names the columns; empty cells count as absent. */
function tableRows(path: string, text: string, delimiter: string): Row[] {
  let records: { record: string[]; info: Info }[];
  try {
    records = parse(text, {
      delimiter,
      info: true,
      skip_empty_lines: true,
      relax_column_count: true,
      trim: true,
    }) as never;
  } catch (error) {
    // The parser puts the cell itself at the end, which may be anything.
    const [reason] = messageOf(error).split(/, value is | near /);
    throw new DuetError(
      `The manifest "${path}" is not a well-formed table (${reason!.trim()}); mend it, or write JSONL.`,
    );
  }
  const header = records[0]?.record.map((name) => columnOf(path, 1, name)) ?? [];
  const twice = header.find((name, index) => header.indexOf(name) !== index);
  if (twice) throw new DuetError(`Row 1 of the manifest "${path}" names the column ${twice} twice; keep one.`);
  return records.slice(1).map(({ record, info }) => {
    if (record.length > header.length) {
      throw new DuetError(
        `Row ${info.lines} of the manifest "${path}" has ${record.length} cells for ${header.length} columns; quote cells that contain "${delimiter}".`,
      );
    }
    const cells = header
      .map((column, index) => [column, record[index] ?? ''] as const)
      .filter(([, cell]) => cell !== '');
    return { number: info.lines, cells: new Map(cells) };
  });
}

/** One JSON object per line; blank lines are skipped. */
function jsonRows(path: string, text: string): Row[] {
  return text.split(/\r?\n/).flatMap((line, index) => {
    if (line.trim() === '') return [];
    const number = index + 1;
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch (error) {
      throw new DuetError(`Row ${number} of the manifest "${path}" is not JSON: ${messageOf(error)}`);
    }
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new DuetError(
        `Row ${number} of the manifest "${path}" is not a JSON object; write one such as {"path": "a.mp4", "label": "dog"}.`,
      );
    }
    const cells = new Map<Column, string>();
    for (const [name, cell] of Object.entries(value)) {
      const column = columnOf(path, number, name);
      if (cell === null || cell === '') continue;
      if (typeof cell !== 'string' && typeof cell !== 'number') {
        throw new DuetError(
          `Row ${number} of the manifest "${path}" has a ${column} that is neither text nor number; write one of these.`,
        );
      }
      cells.set(column, String(cell));
    }
    return [{ number, cells }];
  });
}

function columnOf(path: string, row: number, name: string): Column {
  const column = columns.find((known) => known === name.toLowerCase());
  if (!column)
    throw new DuetError(
      `Row ${row} of the manifest "${path}" has the unknown column "${name}"; ${suggestion(name, columns)}`,
    );
  return column;
}
