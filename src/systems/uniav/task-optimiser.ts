// One optimiser step per task: it changes the shared parameters and the task's own, and leaves those of other tasks,
// their moments and their counts of steps as they are.
import { groupBy } from '../../data/dataset.ts';
import {
  clipGradients,
  createOptimiserState,
  type OptimiserSettings,
  type OptimiserState,
  optimiserOf,
  optimiserStep,
  type Parameters,
} from '../../train/optimiser.ts';
import type { NetworkConfig } from './config.ts';
import { isShared, networkParameters } from './parameters.ts';

/** Parameters that are changed together from the first step on, so that they share a count of steps. */
type StepGroup = { readonly names: readonly string[]; readonly state: OptimiserState };

/** For each task the groups that its steps change. */
export type TaskOptimiser = ReadonlyMap<string, readonly StepGroup[]>;

/** The state of the optimiser at the start. */
export function createTaskOptimiser(config: NetworkConfig, parameters: Parameters): TaskOptimiser {
  const groups = new Map<string, StepGroup>();
  return new Map(
    Object.entries(config.tasks).map(([task, { kind }]) => {
      // Tasks of one kind share its experts, and every task has its own offsets.
      const groupOf = (name: string) =>
        isShared(name) ? 'shared' : name.includes(`_${kind}.`) ? kind : `task ${task}`;
      const ofTask = [...groupBy([...networkParameters(config, [task]).keys()], groupOf)].map(([key, names]) => {
        const group = groups.get(key) ?? { names, state: createOptimiserState(pick(parameters, names)) };
        groups.set(key, group);
        return group;
      });
      return [task, ofTask];
    }),
  );
}

/**
 * Takes a step by one task's gradients, shortened to a length of `clipNorm` first: changes `parameters`, the gradients
 * and the state of the task's groups.
 * @returns the gradients' length before.
 */
export function taskStep(
  optimiser: TaskOptimiser,
  config: NetworkConfig,
  task: string,
  parameters: Parameters,
  gradients: Parameters,
  learningRate: number,
  { clipNorm, ...settings }: OptimiserSettings & { readonly clipNorm: number },
): number {
  const norm = clipGradients(gradients, clipNorm);
  const ofParameter = optimiserOf({ parameters: networkParameters(config, [task]) }, settings);
  for (const { names, state } of optimiser.get(task)!)
    optimiserStep(pick(parameters, names), gradients, state, learningRate, ofParameter);
  return norm;
}

function pick(parameters: Parameters, names: readonly string[]): Parameters {
  return new Map(names.map((name) => [name, parameters.get(name)!]));
}
