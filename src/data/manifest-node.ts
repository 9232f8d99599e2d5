// A CSV, TSV or JSONL manifest read as labelled clips.
import { dirname, extname, relative, resolve, sep } from 'node:path';
import { Readable } from 'node:stream';
import { CsvError, type Info, parse } from 'csv-parse';
import { DuetError, messageOf } from '../errors.ts';
import { textChunks } from '../files/read-text-node.ts';
import { checkSeparator } from '../files/table-separator.ts';
import type { MediaReference } from '../media/media.ts';
import { ofClass } from './annotation.ts';
import { readSplitNames, type UnsplitExample } from './dataset.ts';
import { suggestion } from './suggestion.ts';

const columns = ['path', 'start', 'end', 'label', 'split', 'image', 'audio'] as const;
type Column = (typeof columns)[number];
type Row = { readonly number: number; readonly cells: ReadonlyMap<Column, string> };

/** A clip whose split is still spelled as its row has it. */
type Read = Omit<UnsplitExample, 'split'> & { split: string | undefined };

export function isManifest(path: string): boolean {
  return ['.csv', '.tsv', '.jsonl', '.ndjson'].includes(extname(path).toLowerCase());
}

/**
 * Reads a manifest with the columns `label` and either `path` (with optional `start` and `end` in seconds) or `image`
 * and `audio`, and optionally `split`. Paths are relative to the manifest's folder. Rows are numbered as in the file, a
 * header being row 1. Throws DuetError, naming the row, for text that is not UTF-8, unknown columns, missing, malformed
 * or endless cells, empty ranges and rows given twice.
 */
export async function readManifest(path: string): Promise<UnsplitExample[]> {
  const placeOf = placesIn(dirname(resolve(path)));
  const fail = (row: number, what: string) => new DuetError(`Row ${row} of the manifest "${path}" ${what}`);
  const examples: Read[] = [];
  const texts = new Map<string, string>();
  const rowOfId = new Map<string, number>();
  for await (const row of manifestRows(path)) {
    const failed = (what: string) => fail(row.number, what);
    checkLengths(row, failed);
    const label = row.cells.get('label');
    if (label === undefined) throw failed('has no label; give every row one.');
    const { id, media } = clipOf(row, placeOf, failed);
    const earlier = rowOfId.get(id);
    if (earlier !== undefined) throw failed(`repeats row ${earlier} (${id}); remove one of them.`);
    rowOfId.set(id, row.number);
    const split = row.cells.get('split');
    // One string for each spelling, as there may be a million rows.
    if (split !== undefined && !texts.has(split)) texts.set(split, split);
    examples.push({ id, annotations: ofClass(label), media, split: split && texts.get(split) });
  }
  if (examples.length === 0)
    throw new DuetError(`The manifest "${path}" is empty; give it one row per clip with at least path and label.`);
  const withSplit = examples.find(({ split }) => split !== undefined);
  const splitOf = readSplitNames(texts.keys());
  const rowOf = ({ id }: Read) => rowOfId.get(id)!;
  for (const example of withSplit ? examples : []) {
    const { split: text } = example;
    if (text === undefined)
      throw fail(rowOf(example), `has no split while row ${rowOf(withSplit!)} has one; give all rows a split or none.`);
    const split = splitOf(text);
    if (split === undefined)
      throw fail(rowOf(example), `has the unknown split "${text}"; ${suggestion(text, ['train', 'val', 'test'])}`);
    example.split = split;
  }
  return examples as UnsplitExample[];
}

/** A row of a manifest without what it should teach. */
export type ManifestClip = {
  /** As in the file, a header being row 1. */
  readonly row: number;
  /** What the manifest calls it: its path or paths, and its times. */
  readonly id: string;
  readonly media: MediaReference;
};

/**
 * The clips of a manifest as they are read, however many: labels may be missing, and are not looked at, and a row may be
 * given twice. Throws as readManifest does otherwise.
 */
export async function* manifestClips(path: string): AsyncGenerator<ManifestClip> {
  const placeOf = placesIn(dirname(resolve(path)));
  let isEmpty = true;
  for await (const row of manifestRows(path)) {
    const fail = (what: string) => new DuetError(`Row ${row.number} of the manifest "${path}" ${what}`);
    checkLengths(row, fail);
    isEmpty = false;
    yield { row: row.number, ...clipOf(row, placeOf, fail) };
  }
  if (isEmpty) throw new DuetError(`The manifest "${path}" is empty; give it one row per clip with at least path.`);
}

function manifestRows(path: string): AsyncGenerator<Row> {
  const extension = extname(path).toLowerCase();
  if (extension === '.jsonl' || extension === '.ndjson') return jsonRows(path);
  return tableRows(path, extension === '.tsv' ? '\t' : ',');
}

/** As long as systems let names and paths be; a longer cell is a quote that was never closed, or another file. */
const longestLabel = 255;
const longestCell = 4096;

function checkLengths(row: Row, fail: (what: string) => DuetError): void {
  for (const [column, cell] of row.cells) {
    const most = column === 'label' ? longestLabel : longestCell;
    if (cell.length > most)
      throw fail(`has a ${column} of ${cell.length} characters, and ${most} is the most ("${cell.slice(0, 40)} …").`);
  }
}

type Place = { readonly name: string; readonly path: string };

/** What files are called that lie relative to a folder, and where they are. */
function placesIn(folder: string): (file: string) => Place {
  const prefix = folder.endsWith(sep) ? folder : `${folder}${sep}`;
  return (file) => {
    // As most are written, and in a fraction of the time.
    const isPlain = sep === '/' && !/(^|\/)\.{0,2}(\/|$)/.test(file);
    if (isPlain) return { name: file, path: prefix + file };
    const path = resolve(folder, file);
    return { name: relative(folder, path).split(sep).join('/'), path };
  };
}

function clipOf(
  row: Row,
  placeOf: (file: string) => Place,
  fail: (what: string) => DuetError,
): { id: string; media: MediaReference } {
  const [path, image, audio] = [row.cells.get('path'), row.cells.get('image'), row.cells.get('audio')];
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
    const place = placeOf(path);
    return { id: place.name + times, media: { kind: 'video', path: place.path, ...range } };
  }
  if (image === undefined && audio === undefined) throw fail('has no path; give path, or image and audio.');
  if (image === undefined) throw fail('has audio but no image; give both.');
  if (audio === undefined) throw fail('has image but no audio; give both.');
  if (start !== undefined || end !== undefined)
    throw fail('has start or end beside image and audio; times need a path.');
  const [picture, sound] = [placeOf(image), placeOf(audio)];
  return {
    id: `${picture.name}+${sound.name}`,
    media: { kind: 'pair', image: picture.path, audio: sound.path },
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
async function* tableRows(path: string, delimiter: string): AsyncGenerator<Row> {
  // A quotation mark that is never closed would otherwise take in the rest of the file.
  const records = parse({
    delimiter,
    info: true,
    skip_empty_lines: true,
    relax_column_count: true,
    trim: true,
    max_record_size: 1 << 20,
  });
  const source = Readable.from(withSeparator(path, delimiter));
  source.on('error', (error) => records.destroy(error));
  source.pipe(records);
  let header: readonly Column[] | undefined;
  try {
    for await (const { record, info } of records as AsyncIterable<{ record: string[]; info: Info }>) {
      if (!header) {
        header = headerOf(path, record);
        continue;
      }
      if (record.length > header.length) {
        throw new DuetError(
          `Row ${info.lines} of the manifest "${path}" has ${record.length} cells for ${header.length} columns; quote cells that contain "${delimiter}".`,
        );
      }
      const cells = new Map<Column, string>();
      for (const [index, column] of header.entries()) if (record[index]) cells.set(column, record[index]);
      yield { number: info.lines, cells };
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    // The parser puts the cell itself at the end, which may be anything.
    const [reason] = messageOf(error).split(/, value is | near /);
    throw new DuetError(
      `The manifest "${path}" is not a well-formed table (${reason!.trim()}); fix it, or write JSONL.`,
    );
  }
}

const pieceLength = 1 << 14;

async function* withSeparator(path: string, delimiter: string): AsyncGenerator<string> {
  let isFirst = true;
  for await (const chunk of textChunks(path)) {
    if (isFirst) checkSeparator(`The manifest "${path}"`, chunk.split('\n', 1)[0]!, delimiter);
    isFirst = false;
    // Little at a time: the parser keeps all rows of a piece at once.
    for (let start = 0, end: number; start < chunk.length; start = end) {
      end = chunk.indexOf('\n', start + pieceLength) + 1 || chunk.length;
      yield chunk.slice(start, end);
    }
  }
}

function headerOf(path: string, names: readonly string[]): readonly Column[] {
  const header = names.map((name) => columnOf(path, 1, name));
  const twice = header.find((name, index) => header.indexOf(name) !== index);
  if (twice) throw new DuetError(`Row 1 of the manifest "${path}" names the column ${twice} twice; keep one.`);
  return header;
}

/** One JSON object per line; blank lines are skipped. */
async function* jsonRows(path: string): AsyncGenerator<Row> {
  let number = 0;
  let rest = '';
  for await (const chunk of textChunks(path)) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop()!;
    for (const line of lines) yield* jsonRow(path, ++number, line);
  }
  yield* jsonRow(path, ++number, rest);
}

function* jsonRow(path: string, number: number, line: string): Generator<Row> {
  if (line.trim() === '') return;
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
  yield { number, cells };
}

function columnOf(path: string, row: number, name: string): Column {
  const column = columns.find((known) => known === name.toLowerCase());
  if (!column)
    throw new DuetError(
      `Row ${row} of the manifest "${path}" has the unknown column "${name}"; ${suggestion(name, columns)}`,
    );
  return column;
}
