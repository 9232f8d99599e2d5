// The second half of a training step as a graph: from what the clips have become to the losses and their gradients.
import { differentiate } from '../graph/differentiate.ts';
import { inputsOf } from '../graph/inputs-of.ts';
import type { Tensor } from '../graph/tensor.ts';
import type { Model, Stage, Tensors } from '../model/model.ts';
import { weightsFrom } from '../model/parameters.ts';
import { clipInputs, mapTensors } from '../model/passage.ts';
import type { Results } from '../runtime/feeds.ts';

export type LossGraph = {
  readonly aims: Tensors;
  readonly logged: Tensors;
  /** Of the parameters that the stage trains, by name. */
  readonly gradients: ReadonlyMap<string, Tensor>;
  /** Of noise that is added to gradients the standard deviation. */
  readonly noise: ReadonlyMap<string, Tensor>;
  readonly targets: Tensors;
  /** Of each aim with respect to the features that the graph is fed. */
  readonly ofFeatures: ReadonlyMap<string, ReadonlyMap<string, Tensor>>;
};

/**
 * @param encoded of so many clips.
 * @param parameters all of the model's, as the graph's inputs.
 */
export function lossGraph(
  { model, trains }: Stage,
  encoded: Tensors,
  parameters: ReadonlyMap<string, Tensor>,
  clips: number,
): LossGraph {
  const targets = clipInputs(model.targets, clips);
  const { aims, logged } = model.losses(encoded, targets, weightsFrom(parameters));
  const trained = new Map([...parameters].filter(([name]) => trains(name)));
  // Features that the graph is fed rather than computes; those that no aim reads have no gradient.
  const read = inputsOf(Object.values(aims));
  const fed = Object.entries(encoded).filter(([name, { source }]) => source.kind === 'input' && read.has(name));
  const common = { aims, logged, targets };
  if (model.gradients) {
    const { gradients, noise } = model.gradients(aims, encoded, targets, trained);
    return { ...common, noise, gradients: zipped([...trained.keys()], gradients), ofFeatures: new Map() };
  }
  const gradients = new Map<string, Tensor>();
  const ofFeatures = new Map<string, ReadonlyMap<string, Tensor>>();
  for (const [aim, loss] of Object.entries(aims)) {
    const names = [...trained.keys()].filter((name) => aimOf(model, name, aims) === aim);
    const found = differentiate(loss, [...fed.map(([, tensor]) => tensor), ...names.map((name) => trained.get(name)!)]);
    ofFeatures.set(
      aim,
      zipped(
        fed.map(([name]) => name),
        found,
      ),
    );
    for (const [name, gradient] of zipped(names, found.slice(fed.length))) gradients.set(name, gradient);
  }
  return {
    ...{ ...common, ofFeatures, noise: new Map() },
    gradients: new Map([...trained.keys()].map((name) => [name, gradients.get(name)!])),
  };
}

/** Which aim a parameter is trained for. */
export function aimOf({ parameters }: Model, name: string, aims: Readonly<Record<string, unknown>>): string {
  return parameters.get(name)!.aim ?? Object.keys(aims)[0]!;
}

function zipped<Value>(names: readonly string[], values: readonly Value[]): ReadonlyMap<string, Value> {
  return new Map(names.map((name, index) => [name, values[index]!]));
}

/** The graph's outputs by the names that `lossesFrom` reads. */
export function lossOutputs({ aims, logged, gradients, noise }: LossGraph): Record<string, Tensor> {
  return {
    ...prefixed('loss', { ...aims, ...scalarsOf(logged) }),
    ...prefixed('gradient', Object.fromEntries(gradients)),
    ...prefixed('logged', rowsOfClips(logged)),
    ...prefixed('noise', Object.fromEntries(noise)),
  };
}

/** What a step says beside its gradients. */
export type StepReport = {
  /** Of the first aim. */
  readonly loss: number;
  /** The aims' losses, then the other scalars that the model logs. */
  readonly losses: Readonly<Record<string, number>>;
  /** What the model logs of each clip, [B, ...]. */
  readonly logged: Results;
  /** How strong the noise is that is to be added to gradients, by parameter. */
  readonly noise: ReadonlyMap<string, number>;
};

export function lossesFrom(results: Results, { aims, logged, noise }: LossGraph): StepReport {
  const losses = mapTensors({ ...aims, ...scalarsOf(logged) }, (_, name) => results[`loss.${name}`]![0]!);
  return {
    ...{ losses, loss: Object.values(losses)[0]! },
    logged: mapTensors(rowsOfClips(logged), (_, name) => results[`logged.${name}`]!),
    noise: new Map([...noise.keys()].map((name) => [name, results[`noise.${name}`]![0]!])),
  };
}

export function prefixed<Value>(prefix: string, named: Readonly<Record<string, Value>>): Record<string, Value> {
  return Object.fromEntries(Object.entries(named).map(([name, value]) => [`${prefix}.${name}`, value]));
}

function scalarsOf(logged: Tensors): Tensors {
  return Object.fromEntries(Object.entries(logged).filter(([, { shape }]) => shape.length === 0));
}

function rowsOfClips(logged: Tensors): Tensors {
  return Object.fromEntries(Object.entries(logged).filter(([, { shape }]) => shape.length > 0));
}
