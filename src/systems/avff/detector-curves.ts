// The course of a detector's two stages, both of whose epochs are counted from 1.
import type { CurvedEpoch } from '../../train/checkpoint.ts';
import type { EpochChart } from '../../train/epoch-charts.ts';

/** The epochs of the first stage, and those of the second, which learns real from fake. */
export function stagesOf(history: readonly CurvedEpoch[]): readonly [CurvedEpoch[], CurvedEpoch[]] {
  const isOfDetect = ({ losses }: CurvedEpoch) => losses.clip !== undefined;
  return [history.filter((epoch) => !isOfDetect(epoch)), history.filter(isOfDetect)];
}

/** Of the second stage. */
export const detectorLines = {
  loss: { training: ({ losses }) => losses.clip, validation: ({ validation }) => validation?.loss },
  quality: {
    'right in training': ({ trainAccuracy }) => trainAccuracy,
    'area under ROC in validation': ({ validation }) => validation?.auc,
  },
} as const satisfies Record<string, EpochChart['lines']>;
