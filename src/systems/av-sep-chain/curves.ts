// Training curves of a separation.
import type { CurvesShown } from '../../report/shown.ts';
import type { CurvedEpoch } from '../../train/checkpoint.ts';

/** The loss by its name and unit, and what the validation clips gain. */
export function separationCurves(
  title: string,
  yLabel: string,
  history: readonly CurvedEpoch[],
  kept: number | undefined,
): CurvesShown[] {
  const curve = (name: string, value: (record: CurvedEpoch) => number | null | undefined) => ({
    name,
    points: history.map((record) => ({ x: record.epoch, y: value(record) ?? Number.NaN })),
  });
  const common = {
    ...({ kind: 'curves', xLabel: 'epoch' } as const),
    mark: kept === undefined ? undefined : { x: kept, label: 'kept' },
  };
  return [
    {
      ...{ ...common, title, yLabel },
      series: [curve('training', ({ losses }) => losses.total)],
    },
    {
      ...{ ...common, title: 'Gain over the mixture', yLabel: 'SI-SDR in dB' },
      series: [curve('validation', ({ validation }) => validation?.siSdrGain)],
    },
  ];
}
