// The course of a training as charts over its epochs.
import type { CurvesShown } from '../report/shown.ts';
import type { CurvedEpoch } from './checkpoint.ts';
import type { Metric } from './metric.ts';

/** A chart's texts, and its lines by name: what each says of an epoch. */
export type EpochChart = Pick<CurvesShown, 'title' | 'yLabel' | 'unit'> & {
  readonly lines: Readonly<Record<string, (epoch: CurvedEpoch) => number | null | undefined>>;
};

/**
 * Charts over the epochs. Lines without a value, and charts without a line, are left out.
 * @param kept the epoch that is marked.
 */
export function epochCharts(
  history: readonly CurvedEpoch[],
  kept: number | undefined,
  charts: readonly EpochChart[],
): CurvesShown[] {
  const mark = kept === undefined ? undefined : { x: kept, label: 'kept' };
  return charts.flatMap(({ lines, ...texts }) => {
    const series = Object.entries(lines).flatMap(([name, of]) => {
      const points = history.map((epoch) => ({ x: epoch.epoch, y: of(epoch) ?? Number.NaN }));
      return points.some(({ y }) => Number.isFinite(y)) ? [{ name, points }] : [];
    });
    return series.length === 0 ? [] : [{ kind: 'curves', xLabel: 'epoch', ...texts, mark, series } as const];
  });
}

/** The loss in training, and what chooses the epoch. */
export function usualCharts([metric]: readonly Metric[]): readonly EpochChart[] {
  const loss: EpochChart = { title: 'Loss', yLabel: 'loss', lines: { training: ({ losses }) => losses.total } };
  if (!metric) return [loss];
  const { name, title, unit } = metric;
  const lines = { validation: ({ validation }: CurvedEpoch) => validation?.[name] };
  return [loss, { title, yLabel: title, unit: unit === 'share' ? 'percent' : 'number', lines }];
}
