// A training step over a batch of any size in the memory of a part of it, with the whole batch's gradients: gradient
// caching, Gao et al. 2021 (arXiv 2101.06983, section 3.2). What all parts become comes first, without anything kept
// for the backward pass; then the losses over the whole batch and their gradients with respect to that; then each part
// runs forward again, and back from those.
import { joinFloat32 } from '../files/tensor-values.ts';
import { pullBack } from '../graph/differentiate.ts';
import { add } from '../graph/functions.ts';
import { inputsOf } from '../graph/inputs-of.ts';
import { elementCount, input } from '../graph/tensor.ts';
import { frozenWeights } from '../model/frozen-weights.ts';
import { parameterInputs, weightsFrom } from '../model/parameters.ts';
import { clipInputs, clipMemory, encodeInPortions, mapTensors } from '../model/passage.ts';
import { asked, rowsOf } from '../runtime/feeds.ts';
import { type Feed, type KeptTensor, releaseKept } from '../runtime/session.ts';
import { aimOf, lossesFrom, lossGraph, lossOutputs } from './loss-graph.ts';
import { type KeepGradients, portionOf, type TrainingStep, type TrainingStepOptions } from './step.ts';

export type StepInPartsOptions = TrainingStepOptions & {
  /** Clips whose activations are in memory at the same time. */
  readonly clipsAtOnce: number;
};

/**
 * Builds and loads the step. Release it when done, and the gradients that it keeps.
 * @throws for a model that changes gradients, which needs the batch whole.
 */
export function openStepInParts(options: StepInPartsOptions & KeepGradients): Promise<TrainingStep<KeptTensor>>;
export function openStepInParts(options: StepInPartsOptions): Promise<TrainingStep>;
export async function openStepInParts(
  options: StepInPartsOptions & Partial<KeepGradients>,
): Promise<TrainingStep<Feed>> {
  const { keepGradients = false, stage, backbone, clipsAtOnce, openSession } = options;
  const { model } = stage;
  if (model.gradients) throw new Error('gradients that a model changes need the whole batch at once');
  const parts = Math.ceil(options.batchSize / clipsAtOnce);
  const clips = parts * clipsAtOnce;
  const parameters = parameterInputs(model.parameters);
  const [frozen, trained] = [frozenWeights(backbone.weights), weightsFrom(parameters)];
  const { widest } = clipMemory(model, frozen, trained);
  const portion = portionOf(clipsAtOnce, widest, openSession.activationBytes);
  const ofPart = encodeInPortions(model, clipInputs(model.inputs, clipsAtOnce), frozen, trained, portion);
  const shapes = mapTensors(ofPart, ({ shape }) => shape.slice(1));

  const whole = clipInputs(shapes, clips);
  const graph = lossGraph(stage, whole, parameters, clips);
  // Parameters that act on what clips become have their gradients from the last runs, each by its own aim.
  const reached = inputsOf(Object.values(ofPart));
  const early = [...graph.gradients.keys()].filter((name) => reached.has(name));
  const late = new Map([...graph.gradients].filter(([name]) => !reached.has(name)));
  const losses = { ...graph, gradients: late };
  const aims = [...new Set(early.map((name) => aimOf(model, name, graph.aims)))];
  const ofFeatures = aims.flatMap((aim) =>
    [...graph.ofFeatures.get(aim)!].map(([name, gradient]) => [`feature.${aim}.${name}`, gradient] as const),
  );

  const backward = aims.flatMap((aim) => {
    const names = early.filter((name) => aimOf(model, name, graph.aims) === aim);
    const seeds = [...graph.ofFeatures.get(aim)!.keys()].map((name) => {
      const tensor = ofPart[name]!;
      return [tensor, input(`feature.${aim}.${name}`, tensor.shape)] as const;
    });
    return pullBack(seeds, names.map(trained)).map((gradient, index) => {
      const name = names[index]!;
      return [`sum.${name}`, add(gradient, input(`before.${name}`, trained(name).shape))] as const;
    });
  });
  const shapesOfGradients = Object.fromEntries(ofFeatures.map(([name, { shape }]) => [name, shape.slice(1)] as const));

  const forwardSession = await openSession(ofPart);
  const lossSession = await openSession(
    { ...lossOutputs(losses), ...Object.fromEntries(ofFeatures) },
    { kept: keepGradients ? [...late.keys()].map((name) => `gradient.${name}`) : [] },
  );
  const backwardSession = await openSession(Object.fromEntries(backward), {
    kept: keepGradients ? backward.map(([name]) => name) : [],
    packsWeights: true,
  });
  return {
    provider: backwardSession.provider,
    async run(values, batch) {
      const fixed = Object.fromEntries(values);
      const inputsOfPart = (part: number) => rowsOf(batch.inputs, model.inputs, part * clipsAtOnce, clipsAtOnce);
      const runs: Record<string, Float32Array>[] = [];
      for (let part = 0; part < parts; part++)
        runs.push(await forwardSession.run(asked(forwardSession, { ...inputsOfPart(part), ...fixed })));
      const encoded = mapTensors(ofPart, (_, name) => joinFloat32(runs.map((results) => results[name]!)));
      const { results, kept } = await lossSession.runKeeping(
        asked(lossSession, { ...encoded, ...rowsOf(batch.targets, model.targets, 0, clips), ...fixed }),
      );
      const gradients: Record<string, Feed> = { ...results, ...kept };

      let sums: Record<string, Feed> = Object.fromEntries(
        early.map((name) => [`sum.${name}`, new Float32Array(elementCount(trained(name).shape))]),
      );
      for (let part = 0; part < parts; part++) {
        const ofRows = rowsOf(results, shapesOfGradients, part * clipsAtOnce, clipsAtOnce);
        const before = Object.fromEntries(early.map((name) => [`before.${name}`, sums[`sum.${name}`]!]));
        const next = await backwardSession.runKeeping(
          asked(backwardSession, { ...inputsOfPart(part), ...ofRows, ...fixed, ...before }),
        );
        releaseKept(Object.values(sums));
        sums = { ...next.results, ...next.kept };
      }
      return {
        ...lossesFrom(results, losses),
        gradients: new Map(
          [...graph.gradients.keys()].map((name) => [name, sums[`sum.${name}`] ?? gradients[`gradient.${name}`]!]),
        ),
      };
    },
    async release() {
      await Promise.all([forwardSession, lossSession, backwardSession].map((session) => session.release()));
    },
  };
}
