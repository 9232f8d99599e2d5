// Training curves of a separation.
import type { CurvesShown } from '../../report/shown.ts';
import type { CurvedEpoch } from '../../train/checkpoint.ts';
import { epochCharts } from '../../train/epoch-charts.ts';

/** The loss by its name and unit, and what the validation clips gain. */
export function separationCurves(
  title: string,
  yLabel: string,
  history: readonly CurvedEpoch[],
  kept: number | undefined,
): CurvesShown[] {
  return epochCharts(history, kept, [
    { title, yLabel, lines: { training: ({ losses }) => losses.total } },
    {
      ...{ title: 'Gain over the mixture', yLabel: 'SI-SDR in dB' },
      lines: { validation: ({ validation }) => validation?.siSdrGain },
    },
  ]);
}
