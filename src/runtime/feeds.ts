// What a session is fed, cut and filled up to what its graph was built for.
import { elementCount, type Shape, type TensorData } from '../graph/tensor.ts';
import type { Session } from './session.ts';

/** Rows by name, [B, ...] each. */
export type Rows = Readonly<Record<string, TensorData>>;

/** The same of results, which are float32. */
export type Results = Readonly<Record<string, Float32Array>>;

/** Those of the feeds that a graph has an input for: a model without some part does not ask for that part's inputs. */
export function asked<Data>({ inputs }: Session, feeds: Readonly<Record<string, Data>>): Record<string, Data> {
  return Object.fromEntries(Object.entries(feeds).filter(([name]) => inputs.has(name)));
}

/** A smaller batch is filled up with zeros, whose results nobody reads. */
export function pad<Data extends TensorData>(values: Data, length: number): Data {
  if (values.length === length) return values;
  const full = new (values.constructor as new (length: number) => Data)(length);
  full.set(values as never);
  return full;
}

/** Some rows of those values whose row's shape is given, from a place on, filled up with zeros. */
export function rowsOf<Data extends TensorData>(
  values: Readonly<Record<string, Data>>,
  shapes: Readonly<Record<string, Shape>>,
  start: number,
  rows: number,
): Record<string, Data> {
  return Object.fromEntries(
    Object.entries(shapes).flatMap(([name, shape]) => {
      const all = values[name];
      const length = elementCount(shape);
      return all ? [[name, pad(all.subarray(start * length, (start + rows) * length) as Data, rows * length)]] : [];
    }),
  );
}

/** Rows of several clips as one batch; all have the same names. */
export function joinedRows(parts: readonly Rows[]): Rows {
  const [first] = parts;
  if (parts.length === 1) return first!;
  return Object.fromEntries(
    Object.entries(first!).map(([name, one]) => {
      const all = new (one.constructor as new (length: number) => TensorData)(one.length * parts.length);
      for (const [place, part] of parts.entries()) all.set(part[name] as never, place * one.length);
      return [name, all];
    }),
  );
}
