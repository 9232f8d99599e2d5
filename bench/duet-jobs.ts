// The jobs as Duet does them.

import { matMul, sum } from '../src/graph/functions.ts';
import { constant, input } from '../src/graph/tensor.ts';
import { openPredictor } from '../src/infer/predictor.ts';
import { frozenWeights } from '../src/model/frozen-weights.ts';
import { vit } from '../src/model/vit.ts';
import type { OpenSession } from '../src/runtime/session.ts';
import { modelConfig, recipes } from '../src/systems/ma-avt/recipes.ts';
import { openMaAvt } from '../src/systems/ma-avt/system.ts';
import { noMasks } from '../src/systems/ma-avt/targets.ts';
import { createOptimiserState, defaultOptimiser, gradientNorm, optimiserStep } from '../src/train/optimiser.ts';
import { openTrainingStep } from '../src/train/step.ts';
import { openStepInParts } from '../src/train/step-in-parts.ts';
import { openBackbone } from '../src/weights/open-backbone-node.ts';
import { classes, classNames, imageSize, type ModelFiles, readTensors } from './models.ts';
import type { Job, Run } from './protocol.ts';

/** Options of sessions for a variant's name: 'int8' in it asks for that precision. */
export const precisionOf = (variant: string) => (variant.includes('int8') ? { precision: 'int8' as const } : {});

type JobOf<Kind extends Job['kind']> = Extract<Job, { readonly kind: Kind }>;

const pictureLength = 3 * imageSize ** 2;

async function open(files: ModelFiles) {
  const backbone = await openBackbone(files.backbone);
  return { backbone, system: openMaAvt(recipes.reference, { labels: classNames, backbone }) };
}

async function predict({ files, clips, batch }: JobOf<'predict'>, openSession: OpenSession): Promise<Run> {
  const { backbone, system } = await open(files);
  const model = system.folded;
  const predictor = await openPredictor({ backbone, model, batchSize: batch, openSession, extras: ['attention'] });
  const adapter = readTensors(files.folded);
  const all = readTensors(files.inputs);
  const images = all.get('images')!.subarray(0, clips * pictureLength);
  const spectrograms = all.get('spectrograms')!.subarray(0, (clips * pictureLength) / 3);
  return async () => {
    const answers = await predictor.run(adapter, { images, spectrograms }, clips);
    return {
      classLogits: [...answers.class_logits!.slice(0, classes)],
      background: [answers.background_logits![0]!],
      attention: [...answers.visual_attention!.slice(0, 196)],
    };
  };
}

async function step(
  { files, batch, clipsAtOnce }: JobOf<'step'>,
  openSession: OpenSession,
  variant: string,
): Promise<Run> {
  const { backbone, system } = await open(files);
  const stage = system.stages.at(-1)!;
  const common = { stage, backbone, batchSize: batch, openSession };
  const training =
    clipsAtOnce !== undefined && variant.includes('parts')
      ? await openStepInParts({ ...common, clipsAtOnce })
      : await openTrainingStep(common);
  const parameters = readTensors(files.parameters);
  const state = createOptimiserState(parameters);
  const all = readTensors(files.inputs);
  const first = (name: string, length: number) => all.get(name)!.subarray(0, batch * length);
  const classTargets = first('class_targets', classes);
  const masks = noMasks(batch, modelConfig(recipes.reference, backbone.config, classes));
  const clips = {
    inputs: { images: first('images', pictureLength), spectrograms: first('spectrograms', pictureLength / 3) },
    targets: {
      class_targets: classTargets,
      background_targets: first('background_targets', 1),
      picture_targets: classTargets,
      sound_targets: classTargets,
      ...{ visual_mask: masks.visual, audio_mask: masks.audio },
    },
  };
  const { learningRate } = recipes.reference;
  let isFirst = true;
  return async () => {
    const { losses, gradients } = await training.run(parameters, clips);
    optimiserStep(parameters, gradients, state, learningRate, defaultOptimiser);
    if (!isFirst) return undefined;
    isFirst = false;
    const norms = [...gradients].map(
      ([name, values]) => [`gradient ${name}`, [gradientNorm(new Map([[name, values]]))]] as const,
    );
    return {
      losses: [losses.total!, losses.foreground!, losses.background!, losses.contrastive!],
      ...Object.fromEntries(norms),
    };
  };
}

async function features({ files, clips }: JobOf<'features'>, openSession: OpenSession): Promise<Run> {
  const { weights, config } = await openBackbone(files.backbone);
  const pictures = input('pixel_values', [clips, 3, imageSize, imageSize]);
  const session = await openSession({ features: vit(pictures, frozenWeights(weights), config).features });
  const pixels = readTensors(files.inputs)
    .get('images')!
    .subarray(0, clips * pictureLength);
  return async () => ({ cls: [...(await session.run({ pixel_values: pixels })).features!.slice(0, config.width)] });
}

async function product({ rows, inner, columns }: JobOf<'product'>, openSession: OpenSession): Promise<Run> {
  const right = constant(new Float32Array(inner * columns).fill(0.5), [inner, columns]);
  const session = await openSession({ y: matMul(input('x', [rows, inner]), right) });
  const x = new Float32Array(rows * inner).fill(0.25);
  return async () => {
    await session.run({ x });
    return undefined;
  };
}

async function read({ rows, columns }: JobOf<'read'>, openSession: OpenSession): Promise<Run> {
  const session = await openSession({ y: sum(input('x', [rows, columns]), [1]) });
  const x = new Float32Array(rows * columns).fill(0.25);
  return async () => {
    await session.run({ x });
    return undefined;
  };
}

/** @returns one run of a job; `variant` names precision and way, as peers.ts does. */
export function prepareJob(job: Job, openSession: OpenSession, variant = ''): Promise<Run> {
  return { predict, step, features, product, read }[job.kind](job as never, openSession, variant);
}
