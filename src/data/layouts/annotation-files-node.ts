// Finding and reading the files that come with a data set.
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { DuetError, messageOf } from '../../errors.ts';
import { readTextClearly } from '../../files/read-text-node.ts';
import { checkSeparator } from '../../files/table-separator.ts';
import { labelOf } from '../annotation.ts';
import type { UnsplitExample } from '../dataset.ts';
import { listFolder } from '../folder-layout-node.ts';

/** Paths of files in the folder itself or in one directly inside it, the folder's own first. */
export async function findFiles(root: string, isWanted: (name: string) => boolean): Promise<string[]> {
  const { files, folders } = await listFolder(root);
  const paths = files.filter(isWanted).map((file) => join(root, file));
  for (const folder of folders) {
    const inside = await listFolder(join(root, folder));
    paths.push(...inside.files.filter(isWanted).map((file) => join(root, folder, file)));
  }
  return paths;
}

/** The file of that name, in whichever case; undefined where there is none. */
export async function findFile(root: string, name: string): Promise<string | undefined> {
  return (await findFiles(root, (file) => file.toLowerCase() === name.toLowerCase()))[0];
}

/** As findFile. Throws DuetError where there is none. */
export async function needFile(root: string, name: string): Promise<string> {
  const path = await findFile(root, name);
  if (path === undefined)
    throw new DuetError(`The folder "${root}" holds no ${name}; put it there or into a folder directly inside.`);
  return path;
}

export type TableRow = { readonly number: number; readonly cells: readonly string[] };

/**
 * The rows of a comma-separated table without its comments, cells trimmed, numbered as in the file. Throws DuetError
 * where it is none.
 */
export async function readTable(path: string): Promise<TableRow[]> {
  const options = {
    info: true,
    comment: '#',
    comment_no_infix: true,
    trim: true,
    relax_column_count: true,
    skip_empty_lines: true,
  };
  const text = await readTextClearly(path);
  checkSeparator(`"${path}"`, /^(?!#).+/m.exec(text)?.[0] ?? '');
  try {
    const rows = parse(text, options) as unknown as {
      record: string[];
      info: { lines: number };
    }[];
    return rows.map(({ record, info }) => ({ number: info.lines, cells: record }));
  } catch (error) {
    throw new DuetError(`"${path}" is not a well-formed table: ${messageOf(error)}`);
  }
}

/**
 * Ids that occur more than once (a video listed for two events) get their label behind them, and if need be a number.
 */
export function withDistinctIds(examples: readonly UnsplitExample[]): UnsplitExample[] {
  const suffixed = withSuffix(examples, (example) => `/${labelOf(example)}`);
  return withSuffix(suffixed, (_, nth) => (nth === 0 ? '' : ` (${nth + 1})`));
}

function withSuffix(
  examples: readonly UnsplitExample[],
  suffix: (example: UnsplitExample, nth: number) => string,
): UnsplitExample[] {
  const counts = new Map<string, number>();
  for (const { id } of examples) counts.set(id, (counts.get(id) ?? 0) + 1);
  const seen = new Map<string, number>();
  return examples.map((example) => {
    if (counts.get(example.id) === 1) return example;
    const nth = seen.get(example.id) ?? 0;
    seen.set(example.id, nth + 1);
    return { ...example, id: example.id + suffix(example, nth) };
  });
}
