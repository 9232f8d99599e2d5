// A whole system: it tells classes apart by the mean colour of a clip's middle frame and by how loud the clip is.
import * as z from 'zod';
import { labelOf } from '../data/annotation.ts';
import { plainPass } from '../data/intake.ts';
import * as f from '../graph/functions.ts';
import { input } from '../graph/tensor.ts';
import { answeredRows } from '../infer/answered-rows.ts';
import { indexOfLargest, softmaxRows } from '../infer/decision.ts';
import { exportModel } from '../infer/export-onnx.ts';
import type { Media } from '../media/media.ts';
import { crossEntropy } from '../model/losses.ts';
import type { Model, Tensors } from '../model/model.ts';
import { linearParameters, parameterCounts } from '../model/parameters.ts';
import type { Weights } from '../model/vit.ts';
import { clipStage, openSystem, system, usualFields } from '../systems/usual.ts';
import { usualTraining } from '../train/settings.ts';

const resultSchema = z.object({ label: z.string(), probability: z.number().min(0).max(1) });
type ToyResult = z.infer<typeof resultSchema>;

/** Means of red, green and blue, and the deviation of the sound. */
async function readFacts(media: Media): Promise<Float32Array> {
  const [frame] = await media.readFrames([media.duration / 2]);
  const { samples } = await media.readWaveform(0, media.duration);
  const mean = (values: ArrayLike<number>) => Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;
  const colour = (channel: number) => mean(frame!.data.filter((_, index) => index % 3 === channel)) / 255;
  return Float32Array.of(colour(0), colour(1), colour(2), Math.sqrt(mean(samples.map((sample) => sample ** 2))));
}

function toyModel(classes: number): Model {
  const logitsOf = ({ facts }: Tensors, trained: Weights) =>
    f.linear(f.subtract(facts!, 0.5), trained('head.weight'), trained('head.bias'));
  return {
    parameters: new Map(linearParameters('head', classes, 4)),
    inputs: { facts: [4] },
    targets: { label: [classes] },
    encode: (inputs) => inputs,
    losses: (clips, { label }, trained) => ({
      aims: { total: crossEntropy(logitsOf(clips, trained), label!) },
      logged: {},
    }),
    answers: (inputs, _, trained) => ({ logits: logitsOf(inputs, trained) }),
  };
}

const settings = z.strictObject(usualFields(['toy'], 'refused'));

export const toySystem = system<z.infer<typeof settings>, ToyResult, ToyResult>({
  name: 'toy',
  annotation: 'class',
  settings,
  recipes: { toy: { ...usualTraining, recipe: 'toy', missing: 'error', epochs: 30, batch: 8, learningRate: 0.3 } },
  usualRecipe: 'toy',
  metrics: [{ name: 'accuracy', title: 'accuracy', unit: 'share', better: 'higher' }],
  result: resultSchema,
  open(_, { labels, backbone }) {
    const model = toyModel(labels.length);
    const answer = (logits: Float32Array): ToyResult => {
      const [probabilities] = softmaxRows(logits, labels.length);
      const best = indexOfLargest(probabilities!);
      return { label: labels[best]!, probability: probabilities![best]! };
    };
    return openSystem({
      intake: {
        key: 'toy, 1',
        read: async (media) => ({ arrays: { facts: { shape: [4], data: await readFacts(media) } } }),
        plan: (examples) => examples.map((example) => ({ clips: [example.id], target: labelOf(example) })),
        async row({ clips, target }, open) {
          const { data: facts } = await (await open(clips[0]!)).get('facts');
          return { facts, label: Float32Array.from(labels, (label) => Number(label === target)) };
        },
        async *windows(media) {
          yield { start: 0, end: media.duration, inputs: { facts: await readFacts(media) } };
        },
      },
      stages: [clipStage({ name: 'clips', model })],
      counts: parameterCounts(model.parameters, model.parameters, undefined),
      folded: model,
      async score(ask) {
        const clips: { path: string; label: string; predicted: string }[] = [];
        for await (const { row, outputs } of answeredRows(ask(plainPass('evaluate'))))
          clips.push({ path: row.clips[0]!, label: String(row.target), predicted: answer(outputs.logits!).label });
        const accuracy = clips.filter(({ label, predicted }) => label === predicted).length / clips.length;
        return { metrics: { accuracy }, details: {}, clips, shown: [], telling: [clips[0]!.path] };
      },
      answer: ({ logits }) => answer(logits!),
      result: ([first]) => first!,
      summary: ({ label }) => ({ headline: label, shown: [] }),
      shown: (_, windows) =>
        windows.map(({ name: title, answer: { label: said }, truth }) => ({
          ...{ kind: 'card', title, verdict: { said, truth }, shown: [] },
        })),
      exported: async (adapter) =>
        exportModel({
          ...{ model, values: adapter, backbone, extras: [], metadata: { classes: JSON.stringify(labels) } },
          inputs: { facts: input('facts', [1, 4]) },
          outputs: ({ logits }) => ({ probabilities: f.softmax(logits!) }),
        }),
    });
  },
});
