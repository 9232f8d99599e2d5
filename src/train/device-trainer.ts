// A trainer whose parameters and moments stay on a device from step to step; only batches go there, and losses and
// logits come back.
import { joinFloat32 } from '../files/tensor-values.ts';
import { input, type Shape } from '../graph/tensor.ts';
import { type Feed, releaseKept } from '../runtime/session.ts';
import { trainableParameters } from '../systems/ma-avt/settings.ts';
import { adamGraph } from './adam-graph.ts';
import { checkGradients } from './check-gradients.ts';
import { optimiserSettings, type Parameters, stepFactors } from './optimiser.ts';
import { openStepInParts } from './step-in-parts.ts';
import type { Trainer, TrainerOptions } from './trainer.ts';
import { openTrainingStep } from './training-step.ts';

/** The optimiser's vectors, each of all parameters one after another. */
type Vectors = Readonly<Record<'parameters' | 'first' | 'second', Feed>>;

/** What a step is fed and changes: the vectors, and the parameters by name. */
type Numbers = { readonly vectors: Vectors; readonly values: ReadonlyMap<string, Feed> };

export async function openDeviceTrainer(options: TrainerOptions): Promise<Trainer> {
  const { training, checkpoint, clipsAtOnce = Number.POSITIVE_INFINITY, openSession, onNote } = options;
  const { parameters, state, progress } = checkpoint;
  const shapes: ReadonlyMap<string, Shape> = new Map(
    [...trainableParameters(options.config)].map(([name, { shape }]) => [name, shape]),
  );
  const names = [...shapes.keys()];
  const settings = optimiserSettings(training);
  const keepGradients = true;
  const step =
    clipsAtOnce < options.batchSize
      ? await openStepInParts({ ...options, clipsAtOnce, keepGradients })
      : await openTrainingStep({ ...options, keepGradients });
  const { kept, told } = adamGraph(shapes, settings, training.clipNorm);
  const adam = await openSession({ ...kept, ...told }, { kept: Object.keys(kept) });
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
      const { gradients, deviations: _, ...taken } = await step.run(values, batch);
      const factors = Object.entries(stepFactors(state.step + 1, learningRate, settings));
      const ofGradients = [...gradients].map(([name, gradient]) => [`gradient.${name}`, gradient] as const);
      const { results, kept } = await adam.runKeeping({
        ...vectors,
        ...Object.fromEntries(ofGradients),
        ...Object.fromEntries(factors.map(([name, value]) => [name, Float32Array.of(value)])),
      });
      releaseKept(gradients.values());
      const next = {
        vectors: { parameters: kept['next.parameters']!, first: kept['next.first']!, second: kept['next.second']! },
        values: new Map(names.map((name) => [name, kept[`parameter.${name}`]!])),
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

/** The parts of a vector into the arrays that they belong to. */
function scatter(vector: Float32Array, values: Parameters, names: readonly string[]): void {
  let start = 0;
  for (const name of names) {
    const part = values.get(name)!;
    part.set(vector.subarray(start, start + part.length));
    start += part.length;
  }
}
