// What every point of the pyramid should say about a clip's events, which are given in steps.
import { type NetworkConfig, strideOf, type TaskConfig } from './config.ts';

/** An event of a clip: from `start` to `end` in steps, which need not be whole. */
export type StepEvent = { readonly start: number; readonly end: number; readonly label: number };

export type PointTargets = {
  /** [points, K], 1 for the classes of the events that a point answers for. */
  readonly classes: Float32Array;
  /** Distances to start and end in strides of the point's level: [points, 2], or [points, K, 2] if class-aware. */
  readonly offsets: Float32Array;
};

/** Events that are this close in length count as equally short, in steps. */
const equalLength = 1e-3;

/**
 * Points lie at every stride of their level, finest level first; one answers for events around it whose farther end
 * lies within its level's range, both ends included.
 */
export function pointTargets(
  events: readonly StepEvent[],
  steps: number,
  { ranges }: Pick<NetworkConfig, 'ranges'>,
  { classes: classCount, classAware }: Pick<TaskConfig, 'classes' | 'classAware'>,
): PointTargets {
  const classes: number[] = [];
  const offsets: number[] = [];
  for (const [level, range] of ranges.entries()) {
    const stride = strideOf(level);
    for (let time = 0; time < steps; time += stride) {
      const suiting = events.filter((event) => suits(event, time, range));
      const ofPoint = classAware ? suiting : shortest(suiting);
      const offsetsOf = ({ start, end }: StepEvent) => [(time - start) / stride, (end - time) / stride];
      const labels = Array.from({ length: classCount }, (_, label) =>
        ofPoint.findLast((event) => event.label === label),
      );
      classes.push(...labels.map((event) => Number(event !== undefined)));
      const answered = classAware ? labels : [ofPoint[0]];
      offsets.push(...answered.flatMap((event) => (event ? offsetsOf(event) : [0, 0])));
    }
  }
  return { classes: Float32Array.from(classes), offsets: Float32Array.from(offsets) };
}

function suits({ start, end }: StepEvent, time: number, [least, greatest]: readonly [number, number]): boolean {
  const farther = Math.max(time - start, end - time);
  return time > start && time < end && farther >= least && farther <= greatest;
}

/** The shortest event first, then those of about its length. */
function shortest(events: readonly StepEvent[]): StepEvent[] {
  const length = ({ start, end }: StepEvent) => end - start;
  const [first, ...longer] = events.toSorted((a, b) => length(a) - length(b));
  return first ? [first, ...longer.filter((event) => length(event) <= length(first) + equalLength)] : [];
}
