// Numbers that say how good a model is, by name.

export type Metric = {
  readonly name: string;
  /** As tables and charts call it. */
  readonly title: string;
  /** A share is in 0 ... 1 and is shown in per cent. */
  readonly unit: 'share' | 'number';
  readonly better: 'higher' | 'lower';
  /** A sentence over the table that this metric stands in with its likes, where several tables are better than one. */
  readonly group?: string | undefined;
  /** Whether learning curves are drawn of it, as they are of a system's first metric. */
  readonly isDrawn?: boolean | undefined;
};

/** Values by metric name; null where a value cannot be said. */
export type Metrics = Readonly<Record<string, number | null>>;

/**
 * Whether the first result is better: by the first metric, and where that is the same by the second. A value that
 * cannot be said is worse than any other.
 */
export function isBetter(result: Metrics, than: Metrics, metrics: readonly Metric[]): boolean {
  for (const { name, better } of metrics.slice(0, 2)) {
    const sign = better === 'higher' ? 1 : -1;
    const worth = ({ [name]: value }: Metrics) => (value == null ? Number.NEGATIVE_INFINITY : sign * value);
    if (worth(result) !== worth(than)) return worth(result) > worth(than);
  }
  return false;
}
