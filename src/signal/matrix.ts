// Tables of numbers.

/** `rows` x `columns` numbers, row by row. */
export type Matrix = {
  readonly rows: number;
  readonly columns: number;
  readonly values: Float64Array;
};
