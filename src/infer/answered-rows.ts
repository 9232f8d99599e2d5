// Answers to batches, row by row.
import type { Arrays, Values } from '../data/intake.ts';

/** A batch's rows, with arrays [rows, ...] by name. */
type Answered<Row, Outputs> = { readonly rows: readonly Row[]; readonly arrays: Arrays; readonly outputs: Outputs };

/** One of them after another, each with its own part of every array. */
export async function* answeredRows<Row, Outputs extends Arrays>(
  batches: AsyncIterable<Answered<Row, Outputs>>,
): AsyncGenerator<{ readonly row: Row; readonly arrays: Arrays; readonly outputs: Outputs }> {
  for await (const { rows, arrays, outputs } of batches)
    for (const [index, row] of rows.entries())
      yield { row, arrays: partsOf(arrays, index, rows.length), outputs: partsOf(outputs, index, rows.length) };
}

/** The part of one row in each of the arrays of so many rows. */
export function partsOf<All extends Arrays>(arrays: All, index: number, rows: number): All {
  const part = (values: Values) =>
    values.subarray((index * values.length) / rows, ((index + 1) * values.length) / rows);
  return Object.fromEntries(Object.entries(arrays).map(([name, values]) => [name, part(values)])) as All;
}
