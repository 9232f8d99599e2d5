// A training step over a batch of any size in the memory of a part of it, with the whole batch's gradients: gradient
// caching, Gao et al. 2021 (arXiv 2101.06983, section 3.2). The features of all parts come first, without anything kept
// for the way back; then the losses over the whole batch and their gradients with respect to the features; then each
// part runs forward again, and back from those.
import { joinFloat32 } from '../files/tensor-values.ts';
import { differentiate, pullBack } from '../graph/differentiate.ts';
import { add } from '../graph/functions.ts';
import { elementCount, input, type Tensor } from '../graph/tensor.ts';
import { asked, pad } from '../infer/predictor.ts';
import { frozenWeights } from '../model/frozen-weights.ts';
import { type Feed, type KeptTensor, releaseKept } from '../runtime/session.ts';
import { mapFeatures, namedFeatures } from '../systems/ma-avt/feature-map.ts';
import { heads } from '../systems/ma-avt/heads.ts';
import { maAvt, maAvtLosses } from '../systems/ma-avt/model.ts';
import { parametersBeforeHeads } from '../systems/ma-avt/modulation.ts';
import { parameterInputs, pictureInputs, targetFeeds, targetInputs } from './step-inputs.ts';
import {
  chunkOf,
  type KeepGradients,
  mapLosses,
  type TrainingStep,
  type TrainingStepOptions,
} from './training-step.ts';

export type StepInPartsOptions = Omit<TrainingStepOptions, 'modulation'> & {
  /** Clips whose activations are in memory at the same time. */
  readonly clipsAtOnce: number;
};

/** Builds and loads the step. Release it when done, and the gradients that it keeps. */
export function openStepInParts(options: StepInPartsOptions & KeepGradients): Promise<TrainingStep<KeptTensor>>;
export function openStepInParts(options: StepInPartsOptions): Promise<TrainingStep>;
export async function openStepInParts(
  options: StepInPartsOptions & Partial<KeepGradients>,
): Promise<TrainingStep<Feed>> {
  const { keepGradients = false, backbone, config, imageSize, clipsAtOnce, openSession } = options;
  const parts = Math.ceil(options.batchSize / clipsAtOnce);
  const clips = parts * clipsAtOnce;
  const parameters = parameterInputs(config);
  const trainable = (name: string) => parameters.get(name)!;
  const weights = {
    positions: backbone.weights.get('pos_embed')!.data,
    frozen: frozenWeights(backbone.weights),
    trainable,
  };

  const pictures = pictureInputs(clipsAtOnce, imageSize);
  const { features } = maAvt(pictures, weights, config, { chunk: chunkOf(clipsAtOnce, options), forGradients: true });
  const ofPart = namedFeatures(features);
  const { visual: attention } = features.attention;
  const forward = { ...Object.fromEntries(ofPart), ...(attention && { visual_attention: attention }) };

  const whole = mapFeatures(features, ({ shape }, name) => input(name, [clips, ...shape.slice(1)]));
  const inputs = targetInputs(clips, config);
  const outputs = { ...heads(whole, trainable, config, inputs.masks), features: whole };
  const losses = maAvtLosses(outputs, inputs.targets, trainable, config);
  const early = parametersBeforeHeads(config);
  const late = [...parameters.keys()].filter((name) => !early.has(name));
  const ofBatch = namedFeatures(whole);
  const gradients = differentiate(losses.total, [...ofBatch.values(), ...late.map(trainable)]);
  const lossGraph = {
    ...Object.fromEntries(Object.entries(losses).map(([name, loss]) => [`loss.${name}`, loss])),
    ...Object.fromEntries([...ofBatch.keys(), ...late].map((name, index) => [`gradient.${name}`, gradients[index]!])),
    class_logits: outputs.classLogits,
    ...(outputs.backgroundLogits && { background_logits: outputs.backgroundLogits }),
  };

  const seeds = [...ofPart].map(([name, tensor]): [Tensor, Tensor] => [
    tensor,
    input(`gradient.${name}`, tensor.shape),
  ]);
  const names = [...early];
  const ofEarly = pullBack(seeds, names.map(trainable));
  const sumOf = (name: string) => `sum.${name}`;
  const backward = Object.fromEntries(
    names.map((name, index) => [sumOf(name), add(ofEarly[index]!, input(`before.${name}`, trainable(name).shape))]),
  );

  const forwardSession = await openSession(forward);
  const lossSession = await openSession(lossGraph, {
    kept: keepGradients ? late.map((name) => `gradient.${name}`) : [],
  });
  const backwardSession = await openSession(backward, {
    kept: keepGradients ? names.map(sumOf) : [],
    packsWeights: true,
  });
  return {
    provider: backwardSession.provider,
    async run(values, batch) {
      const fixed = Object.fromEntries(values);
      const rows = (all: Float32Array, part: number, { shape }: Tensor) => {
        const length = elementCount(shape);
        return pad(all.subarray(part * length, (part + 1) * length), length);
      };
      const picturesOf = (part: number) => ({
        images: rows(batch.images, part, pictures.images),
        spectrograms: rows(batch.spectrograms, part, pictures.spectrograms),
      });
      const runs: Record<string, Float32Array>[] = [];
      for (let part = 0; part < parts; part++)
        runs.push(await forwardSession.run(asked(forwardSession, { ...picturesOf(part), ...fixed })));
      const joined = (name: string) => joinFloat32(runs.map((results) => results[name]!));
      const featureFeeds = Object.fromEntries([...ofPart.keys()].map((name) => [name, joined(name)]));
      const { results, kept } = await lossSession.runKeeping(
        asked(lossSession, { ...featureFeeds, ...targetFeeds(batch, inputs), ...fixed }),
      );
      const gradients: Record<string, Feed> = { ...results, ...kept };

      let sums: Record<string, Feed> = Object.fromEntries(
        names.map((name) => [sumOf(name), new Float32Array(elementCount(trainable(name).shape))]),
      );
      for (let part = 0; part < parts; part++) {
        const gradientsOf = seeds.map(([tensor, { source }]) => {
          const name = source.kind === 'input' ? source.name : '';
          return [name, rows(results[name]!, part, tensor)] as const;
        });
        const before = Object.fromEntries(names.map((name) => [`before.${name}`, sums[sumOf(name)]!]));
        const next = await backwardSession.runKeeping(
          asked(backwardSession, { ...picturesOf(part), ...Object.fromEntries(gradientsOf), ...fixed, ...before }),
        );
        releaseKept(Object.values(sums));
        sums = { ...next.results, ...next.kept };
      }
      return {
        losses: mapLosses((name) => results[`loss.${name}`]![0]!),
        gradients: new Map(
          [...parameters.keys()].map((name) => [name, sums[sumOf(name)] ?? gradients[`gradient.${name}`]!]),
        ),
        classLogits: results.class_logits!,
        backgroundLogits: results.background_logits,
        visualAttention: attention && joined('visual_attention'),
        deviations: new Map(),
      };
    },
    async release() {
      await Promise.all([forwardSession, lossSession, backwardSession].map((session) => session.release()));
    },
  };
}
