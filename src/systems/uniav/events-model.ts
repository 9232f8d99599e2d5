// The light localiser over rows of Duet's own backbone: all kinds of events of a clip at once, in one step. Classes are
// vectors of text, so that other names can be asked for later.
// Shapes: B clips, T steps, P points, K classes, E the text encoder's width.
import { add, concat, expand, multiply, reshape, split, subtract } from '../../graph/functions.ts';
import type { Shape, Tensor } from '../../graph/tensor.ts';
import type { Model, Tensors } from '../../model/model.ts';
import type { ParameterSpecification } from '../../model/parameters.ts';
import type { Weights } from '../../model/vit.ts';
import { type NetworkConfig, pointCount } from './config.ts';
import { masked } from './layers.ts';
import { pointLosses } from './losses.ts';
import { branchCount, network } from './network.ts';
import { networkParameters } from './parameters.ts';
import { positionRows } from './positions.ts';

/** Of a class that validation says nothing about. */
const usualThreshold = 0.3;

/**
 * What is never trained: what rows are standardised by (`rows.*`), the classes as vectors of text (`text.TASK`, [K, E])
 * and the least scores of their events (`threshold.TASK`, [K]).
 */
export function isGiven(parameter: string): boolean {
  return /^(rows|text|threshold)\./.test(parameter);
}

/**
 * A model of all tasks. Inputs, targets and results of a task are called by its name, as `actions.logits`. Where a clip is not annotated for a task, its
 * `valid` is zeros; `present` says whether it has picture and sound, and what it lacks counts as the mean of the rows.
 */
export function eventsModel(config: NetworkConfig, steps: number): Model {
  const tasks = Object.keys(config.tasks);
  const positions = positionRows(steps, config.width);
  const points = pointCount(steps, config);
  const outputs = (inputs: Tensors, trained: Weights, isTraining: boolean): Tensors => {
    const { visual, audio, mask, present } = inputs;
    const [isSeen, isHeard] = split(present!, 1, [1, 1]);
    const rows = {
      visual: standardised(visual!, multiply(mask!, isSeen!), 'visual', trained),
      audio: standardised(audio!, multiply(mask!, isHeard!), 'audio', trained),
      ...{ mask: mask!, positions },
    };
    const all = tasks.flatMap((task) => {
      const factors = isTraining ? inputs[`${task}.factors`] : undefined;
      const levels = network({ ...rows, factors, text: trained(`text.${task}`) }, trained, config, task);
      return [
        [
          `${task}.logits`,
          concat(
            levels.map(({ logits }) => logits),
            1,
          ),
        ] as const,
        [
          `${task}.offsets`,
          concat(
            levels.map(({ offsets }) => offsets),
            1,
          ),
        ] as const,
      ];
    });
    return Object.fromEntries(all);
  };
  return {
    parameters: new Map([...givenParameters(config), ...networkParameters(config)]),
    inputs: {
      ...{ visual: [steps, config.visualWidth], audio: [steps, config.audioWidth], mask: [steps] },
      present: [2],
      ...Object.fromEntries(tasks.map((task) => [`${task}.factors`, [branchCount(config)]])),
    },
    targets: Object.fromEntries(
      Object.entries(config.tasks).flatMap(([task, { classes, classAware }]) => [
        [`${task}.classes`, [points, classes]],
        [`${task}.distances`, classAware ? [points, classes, 2] : [points, 2]],
        [`${task}.valid`, [points]],
      ]),
    ),
    encode: (inputs, _, trained) => outputs(inputs, trained, true),
    losses(encoded, targets) {
      const ofTasks = Object.entries(config.tasks).map(([task, settings]) => {
        const [logits, offsets] = [encoded[`${task}.logits`]!, encoded[`${task}.offsets`]!];
        const [classes, distances] = [targets[`${task}.classes`]!, targets[`${task}.distances`]!];
        const truth = { classes, offsets: distances, valid: targets[`${task}.valid`]! };
        return [task, pointLosses({ logits, offsets }, truth, settings)] as const;
      });
      return {
        aims: { total: ofTasks.map(([, { total }]) => total).reduce((sum, loss) => add(sum, loss)) },
        logged: Object.fromEntries(ofTasks.map(([task, { total }]) => [task, total])),
      };
    },
    answers: (inputs, _, trained) => ({
      ...outputs(inputs, trained, false),
      // Which steps there are, for those who have only the answers.
      steps: multiply(inputs.mask!, 1),
      ...Object.fromEntries(
        Object.entries(config.tasks).map(([task, { classes }]) => {
          const ofClip = reshape(trained(`threshold.${task}`), [1, classes]);
          return [`${task}.thresholds`, expand(ofClip, [inputs.mask!.shape[0]!, classes])];
        }),
      ),
    }),
  };
}

function givenParameters({ visualWidth, audioWidth, textWidth, tasks }: NetworkConfig) {
  const given = (name: string, shape: Shape, value: number): [string, ParameterSpecification] => [
    name,
    { shape, initialisation: { kind: 'value', value } },
  ];
  return [
    ...Object.entries({ visual: visualWidth, audio: audioWidth }).flatMap(([modality, width]) => [
      given(`rows.${modality}.mean`, [width], 0),
      given(`rows.${modality}.factor`, [width], 1),
    ]),
    ...Object.entries(tasks).flatMap(([task, { classes }]) => [
      given(`text.${task}`, [classes, textWidth], 0),
      given(`threshold.${task}`, [classes], usualThreshold),
    ]),
  ];
}

/** Rows [B, T, width] of about mean zero and deviation one, zeros where the mask [B, T] has none. */
function standardised(rows: Tensor, mask: Tensor, modality: string, trained: Weights): Tensor {
  const centred = subtract(rows, trained(`rows.${modality}.mean`));
  return masked(multiply(centred, trained(`rows.${modality}.factor`)), mask);
}
