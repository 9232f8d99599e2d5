// What variants reach against the number of clips that they learn from.
import { groupBy } from '../../data/dataset.ts';
import type { CurvesShown } from '../../report/shown.ts';
import { comparedMetrics, type VariantResult } from './summary.ts';

/**
 * A chart for each metric, with a line for each variant that learns from several numbers of clips; none without such.
 */
export async function learningCurves(variants: readonly VariantResult[]): Promise<CurvesShown[]> {
  const curves = [...groupBy(variants, ({ curve }) => curve)].filter(([, sizes]) => sizes.length > 1);
  if (curves.length === 0) return [];
  return (await comparedMetrics(variants))
    .filter(({ isDrawn }, index) => index === 0 || isDrawn)
    .map((metric) => ({
      ...({ kind: 'curves', title: metric.title, xLabel: 'training clips', yLabel: metric.title } as const),
      unit: metric.unit === 'share' ? ('percent' as const) : ('number' as const),
      series: curves.map(([name, sizes]) => ({
        name,
        points: sizes
          .flatMap(({ trainClips, metrics }) => {
            const found = metrics[metric.name];
            return found && trainClips !== undefined ? [{ x: trainClips, y: found.mean, half: found.half }] : [];
          })
          .sort((a, b) => a.x - b.x),
      })),
    }));
}
