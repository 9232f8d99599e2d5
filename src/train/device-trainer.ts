// A trainer whose parameters and moments stay on a device from step to step; only batches go there, and losses and
// logits come back.
import { groupBy } from '../data/dataset.ts';
import { joinFloat32 } from '../files/tensor-values.ts';
import { input } from '../graph/tensor.ts';
import type { Stage } from '../model/model.ts';
import { type Feed, releaseKept } from '../runtime/session.ts';
import { adamGraph, type SteppedAlike } from './adam-graph.ts';
import { checkGradients } from './check-gradients.ts';
import { openStep } from './open-step.ts';
import { type OptimiserSettings, optimiserOf, optimiserSettings, type Parameters, stepFactors } from './optimiser.ts';
import type { Trainer, TrainerOptions } from './trainer.ts';

/** The optimiser's vectors, each of all parameters one after another. */
type Vectors = Readonly<Record<'parameters' | 'first' | 'second', Feed>>;

/** What a step is fed and changes: the vectors, and the parameters by name. */
type Numbers = { readonly vectors: Vectors; readonly values: ReadonlyMap<string, Feed> };

export async function openDeviceTrainer(options: TrainerOptions): Promise<Trainer> {
  const { stage, training, optimisers, checkpoint, openSession, onNote } = options;
  const { parameters, state, progress } = checkpoint;
  const groups = steppedAlike(stage, optimiserOf(stage.model, optimiserSettings(training), optimisers));
  const names = groups.flatMap(({ shapes }) => [...shapes.keys()]);
  const step = await openStep({ ...options, keepGradients: true });
  const { kept, reported } = adamGraph(groups, training.clipNorm);
  const adam = await openSession({ ...kept, ...reported }, { kept: Object.keys(kept) });
  const { length } = joined(parameters);
  const fetching = await openSession(
    Object.fromEntries(
      Object.keys(mapParts(() => undefined)).map((name) => [`fetched.${name}`, input(name, [length])]),
    ),
  );

  /** Undefined before the first step: until then the checkpoint's numbers may still be changed here. */
  let onDevice: Numbers | undefined;
  const current = (): Numbers => onDevice ?? { vectors: mapParts((values) => joined(values)), values: parameters };
  const remember = () => ({ step: state.step, progress: structuredClone(progress) });
  let collected = remember();

  function joined(values: Parameters): Float32Array {
    return joinFloat32(names.map((name) => values.get(name)!));
  }

  function moveTo(next: Numbers | undefined): void {
    if (onDevice) releaseKept([...Object.values(onDevice.vectors), ...onDevice.values.values()]);
    onDevice = next;
  }

  async function collect(): Promise<void> {
    if (onDevice) {
      const fetched = await fetching.run(onDevice.vectors);
      mapParts((values, name) => scatter(fetched[`fetched.${name}`]!, values, names));
    }
    collected = remember();
  }

  function mapParts<Result>(work: (values: Parameters, name: keyof Vectors) => Result): Record<keyof Vectors, Result> {
    return {
      parameters: work(parameters, 'parameters'),
      first: work(state.first, 'first'),
      second: work(state.second, 'second'),
    };
  }

  return {
    provider: step.provider,
    async step(batch, learningRate) {
      if (!onDevice) collected = remember();
      const { vectors, values } = current();
      const { gradients, noise: _, ...taken } = await step.run(values, batch);
      const factors = groups.flatMap(({ settings }, group) =>
        Object.entries(stepFactors(state.step + 1, learningRate, settings)).map(
          ([name, value]) => [`${name}.${group}`, value] as const,
        ),
      );
      const ofGradients = [...gradients].map(([name, gradient]) => [`gradient.${name}`, gradient] as const);
      const { results, kept } = await adam.runKeeping({
        ...vectors,
        ...Object.fromEntries(ofGradients),
        ...Object.fromEntries(factors.map(([name, value]) => [name, Float32Array.of(value)])),
      });
      releaseKept(gradients.values());
      const next = {
        vectors: { parameters: kept['next.parameters']!, first: kept['next.first']!, second: kept['next.second']! },
        values: new Map<string, Feed>([
          ...parameters,
          ...names.map((name): [string, Feed] => [name, kept[`parameter.${name}`]!]),
        ]),
      };
      try {
        checkGradients(
          taken.losses,
          new Map(names.map((name, index) => [name, results.squares![index]!])),
          progress.steps,
          onNote,
        );
      } catch (error) {
        releaseKept(Object.values(kept));
        throw error;
      }
      moveTo(next);
      state.step++;
      return taken;
    },
    async rehearse(batch) {
      releaseKept((await step.run(current().values, batch)).gradients.values());
    },
    collect,
    async recover() {
      await collect().catch(() => {
        state.step = collected.step;
        Object.assign(progress, collected.progress);
      });
    },
    async release() {
      moveTo(undefined);
      await Promise.all([step, adam, fetching].map((session) => session.release()));
    },
  };
}

/** The parameters that a stage trains, those with equal settings together. */
function steppedAlike({ model, trains }: Stage, settingsOf: (name: string) => OptimiserSettings): SteppedAlike[] {
  const groups = groupBy(
    [...model.parameters].filter(([name]) => trains(name)),
    ([name]) => JSON.stringify(settingsOf(name)),
  );
  return [...groups.values()].map((members) => ({
    settings: settingsOf(members[0]![0]),
    shapes: new Map(members.map(([name, { shape }]) => [name, shape])),
  }));
}

/** The parts of a vector into the arrays that they belong to. */
function scatter(vector: Float32Array, values: Parameters, names: readonly string[]): void {
  let start = 0;
  for (const name of names) {
    const part = values.get(name)!;
    part.set(vector.subarray(start, start + part.length));
    start += part.length;
  }
}
