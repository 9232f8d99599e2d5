// One optimiser step per task: it changes the shared parameters and the task's own, and leaves those of other tasks,
// their moments and their counts of steps as they are.
import { groupBy } from '../../data/dataset.ts';
import {
  clipGradients,
  createOptimiserState,
  type OptimiserSettings,
  type OptimiserState,
  optimiserStep,
  type Parameters,
} from '../../train/optimiser.ts';
import type { NetworkConfig } from './config.ts';
import { decays, isShared, networkParameters } from './parameters.ts';

/** Parameters that have been changed together from the first step on, so that they share a count of steps. */
export type StepGroup = { readonly names: readonly string[]; readonly decays: boolean; readonly state: OptimiserState };
export type TaskOptimiser = ReadonlyMap<string, readonly StepGroup[]>;

/** The state of the optimiser at the start: for each task the groups that its steps change. */
export function createTaskOptimiser(config: NetworkConfig, parameters: Parameters): TaskOptimiser {
  const groups = new Map<string, StepGroup>();
  const ofTask = new Map<string, StepGroup[]>();
  for (const [task, { kind }] of Object.entries(config.tasks)) {
    const specifications = networkParameters(config, [task]);
    const keyOf = (name: string) => {
      if (isShared(name)) return 'shared';
      return name.includes(`_${kind}.`) ? kind : task;
    };
    const named = groupBy([...specifications], ([name, specification]) =>
      JSON.stringify([keyOf(name), decays(specification)]),
    );
    const chosen = [...named].map(([key, members]) => {
      const names = members.map(([name]) => name);
      const known = groups.get(key);
      if (known) return known;
      const state = createOptimiserState(pick(parameters, names));
      const group = { names, decays: decays(members[0]![1]), state };
      groups.set(key, group);
      return group;
    });
    ofTask.set(task, chosen);
  }
  return ofTask;
}

/**
 * Takes a step by one task's gradients, shortened to a length of `clipNorm` first: changes `parameters`, the gradients
 * and the state of the task's groups. Weight decay acts on convolutions and linear layers alone.
 * @returns the gradients' length before.
 */
export function taskStep(
  optimiser: TaskOptimiser,
  task: string,
  parameters: Parameters,
  gradients: Parameters,
  learningRate: number,
  { clipNorm, ...settings }: OptimiserSettings & { readonly clipNorm: number },
): number {
  const norm = clipGradients(gradients, clipNorm);
  for (const { names, decays, state } of optimiser.get(task)!) {
    const weightDecay = decays ? settings.weightDecay : 0;
    optimiserStep(pick(parameters, names), gradients, state, learningRate, { ...settings, weightDecay });
  }
  return norm;
}

function pick(parameters: Parameters, names: readonly string[]): Parameters {
  return new Map(names.map((name) => [name, parameters.get(name)!]));
}
