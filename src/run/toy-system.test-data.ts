// A whole system: it tells classes apart by the mean colour of a clip's middle frame and by how loud the clip is.
import * as z from 'zod';
import { annotationOf } from '../data/annotation.ts';
import { wholeClip } from '../data/windows.ts';
import * as f from '../graph/functions.ts';
import { input } from '../graph/tensor.ts';
import { indexOfLargest, softmaxRows } from '../infer/decision.ts';
import { exportModel } from '../infer/export-onnx.ts';
import type { Media } from '../media/media.ts';
import { crossEntropy } from '../model/losses.ts';
import type { Model, Tensors } from '../model/model.ts';
import { linearParameters } from '../model/parameters.ts';
import type { Weights } from '../model/vit.ts';
import type { System } from '../systems/system.ts';
import { trainingFields } from '../train/settings.ts';

const settingsSchema = z.strictObject({
  recipe: z.literal('toy').meta({ help: 'the set of settings that the others change' }),
  missing: z.enum(['error', 'zero']).meta({ help: 'a file without picture or without sound' }),
  ...trainingFields,
});
const resultSchema = z.object({ label: z.string(), probability: z.number().min(0).max(1) });
type ToyResult = z.infer<typeof resultSchema>;

/** Means of red, green and blue, and the deviation of the sound. */
async function readFacts(media: Media): Promise<Float32Array> {
  const { start, end } = wholeClip(media);
  const [frame] = await media.readFrames([(start + end) / 2]);
  const { samples } = await media.readWaveform(start, end);
  const mean = (values: ArrayLike<number>) => Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;
  const colour = (channel: number) => mean(frame!.data.filter((_, index) => index % 3 === channel)) / 255;
  return Float32Array.of(colour(0), colour(1), colour(2), Math.sqrt(mean(samples.map((sample) => sample ** 2))));
}

function toyModel(classes: number): Model {
  const encode: Model['encode'] = ({ facts }) => ({ centred: f.subtract(facts!, 0.5) });
  const logitsOf = ({ centred }: Tensors, trained: Weights) =>
    f.linear(centred!, trained('head.weight'), trained('head.bias'));
  return {
    parameters: new Map(linearParameters('head', classes, 4)),
    inputs: { facts: [4] },
    targets: { label: [classes] },
    encode,
    losses: (encoded, { label }, trained) => ({
      aims: { total: crossEntropy(logitsOf(encoded, trained), label!) },
      logged: {},
    }),
    answers: (inputs, frozen, trained) => ({ logits: logitsOf(encode(inputs, frozen, trained), trained) }),
  };
}

export const toySystem: System<z.infer<typeof settingsSchema>, ToyResult, ToyResult, object> = {
  name: 'toy',
  annotation: 'class',
  settings: settingsSchema,
  recipes: {
    toy: {
      ...{ recipe: 'toy', missing: 'error', epochs: 30, batch: 8, learningRate: 0.3, optimizer: 'adam', seed: 0 },
      ...{ weightDecay: 0, schedule: 'constant', warmupEpochs: 0, stepEpochs: 1, clipNorm: 0, patience: null },
    },
  },
  usualRecipe: 'toy',
  metrics: [{ name: 'accuracy', title: 'accuracy', unit: 'share', better: 'higher' }],
  result: resultSchema,
  resultOptions: z.object({}),
  coherent: (settings) => settings,
  open(_, { labels, backbone }) {
    const model = toyModel(labels.length);
    const size = 5 * labels.length;
    const answer = (logits: Float32Array): ToyResult => {
      const [probabilities] = softmaxRows(logits, labels.length);
      const best = indexOfLargest(probabilities!);
      return { label: labels[best]!, probability: probabilities![best]! };
    };
    return {
      intake: {
        key: 'toy, 1',
        read: async (media) => ({ arrays: { facts: { shape: [4], data: await readFacts(media) } } }),
        plan: (examples) =>
          examples.map((example) => ({ clips: [example.id], target: annotationOf(example, 'class')!.label })),
        row: async ({ clips }, open) => ({ facts: (await (await open(clips[0]!)).get('facts')).data }),
        async *windows(media) {
          const [frame] = await media.readFrames([media.duration / 2]);
          yield { start: 0, end: media.duration, inputs: { facts: await readFacts(media) }, frame };
        },
      },
      stages: [
        {
          ...{ name: 'clips', on: 'clips', model, trains: () => true },
          stepBatch: ({ rows, arrays }) => ({
            inputs: arrays,
            targets: {
              label: Float32Array.from(rows.flatMap(({ target }) => labels.map((l) => Number(l === target)))),
            },
          }),
        },
      ],
      counts: { trainable: size, adapter: size, inference: size },
      folded: model,
      fold: (trained) => trained,
      decision: {},
      async score(ask) {
        const clips: { path: string; label: string; predicted: string }[] = [];
        for await (const { rows, outputs } of ask({ name: 'evaluate', seed: 0, epoch: 0 }))
          for (const [row, { clips: ids, target }] of rows.entries()) {
            const logits = outputs.logits!.slice(row * labels.length, (row + 1) * labels.length);
            clips.push({ path: ids[0]!, label: target as string, predicted: answer(logits).label });
          }
        const right = clips.filter(({ label, predicted }) => label === predicted).length;
        return {
          metrics: { accuracy: right / clips.length },
          details: {},
          clips,
          shown: [],
          telling: [clips[0]!.path],
        };
      },
      extras: { always: [], shown: [] },
      answer: ({ logits }) => answer(logits!),
      result: (answers) => answers[0]!,
      summary: ({ label }) => ({ headline: label, shown: [] }),
      shown: (_, windows) =>
        windows.map(({ name, answer: { label: said }, truth }) => ({
          ...{ kind: 'card', title: name, verdict: { said, truth } },
          shown: [],
        })),
      exported: async (adapter) =>
        exportModel({
          ...{ model, values: adapter, backbone, extras: [], metadata: { classes: JSON.stringify(labels) } },
          inputs: { facts: input('facts', [1, 4]) },
          outputs: ({ logits }) => ({ probabilities: f.softmax(logits!) }),
        }),
    };
  },
  curves: () => [],
};
