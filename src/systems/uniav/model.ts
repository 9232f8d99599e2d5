// UniAV as a `Model` for each of its tasks: what each clip becomes are the scores and distances at all of its points;
// the losses compare them with what the points should say.
import { concat, mean } from '../../graph/functions.ts';
import type { Model, Tensors } from '../../model/model.ts';
import type { Weights } from '../../model/vit.ts';
import { type NetworkConfig, pointCount } from './config.ts';
import { pointLosses } from './losses.ts';
import { branchCount, network } from './network.ts';
import { networkParameters } from './parameters.ts';
import { positionRows, resizedPositionRows } from './positions.ts';

export type ModelOptions = {
  /** Steps of each clip; a multiple of the pyramid's coarsest stride. */
  readonly steps: number;
  /**
   * `first` predicts with the rows of the position table that training uses. The release resizes the whole table to
   * clips of at least a task's longest, which for a task of shorter clips than others is another table: `resized`.
   */
  readonly positions: 'first' | 'resized';
};

/**
 * The model of one task. Its parameters are those that the task's steps change; the frozen weight `text` [K, E] is a
 * vector for each class. In training, `factors` switch branches off; `normaliser` is the running count of positive
 * points before the batch, the same for each clip, and logged as it is after it.
 */
export function uniavModel(config: NetworkConfig, task: string, { steps, positions }: ModelOptions): Model {
  const settings = config.tasks[task]!;
  const { classes, classAware, maxLength } = settings;
  const points = pointCount(steps, config);
  const longest = Math.max(...Object.values(config.tasks).map((other) => other.maxLength));
  const trainingTable = positionRows(steps, config.width);
  const isResized = positions === 'resized' && steps >= maxLength;
  const table = isResized ? resizedPositionRows(longest, steps, config.width) : trainingTable;
  const outputs = (inputs: Tensors, frozen: Weights, trained: Weights, positions: Float32Array): Tensors => {
    const { visual, audio, mask, factors } = inputs;
    const rows = { visual: visual!, audio: audio!, mask: mask!, factors, text: frozen('text'), positions };
    const levels = network(rows, trained, config, task);
    return {
      logits: concat(
        levels.map(({ logits }) => logits),
        1,
      ),
      offsets: concat(
        levels.map(({ offsets }) => offsets),
        1,
      ),
    };
  };
  return {
    parameters: networkParameters(config, [task]),
    inputs: {
      visual: [steps, config.visualWidth],
      audio: [steps, config.audioWidth],
      mask: [steps],
      factors: [branchCount(config)],
    },
    targets: {
      classes: [points, classes],
      distances: classAware ? [points, classes, 2] : [points, 2],
      valid: [points],
      normaliser: [],
    },
    encode: (inputs, frozen, trained) => outputs(inputs, frozen, trained, trainingTable),
    losses(encoded, targets) {
      const { total, ...logged } = pointLosses(
        { logits: encoded.logits!, offsets: encoded.offsets! },
        {
          classes: targets.classes!,
          offsets: targets.distances!,
          valid: targets.valid!,
          normaliser: mean(targets.normaliser!),
        },
        settings,
      );
      return { aims: { total }, logged };
    },
    answers: ({ factors: _, ...inputs }, frozen, trained) => outputs(inputs, frozen, trained, table),
  };
}
