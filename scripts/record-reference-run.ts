// npm run record:reference-run: a reference run of a small MA-AVT, for tests on machines without the recorded ones of
// the papers' code. No runtime takes part: values and gradients come from the plain evaluation of the graph in double
// precision, the steps of Adam from their formula (Kingma and Ba 2015, algorithm 1). The gradients are checked against
// finite differences, one entry of each parameter.
import { writeFileSync } from 'node:fs';
import { type NamedTensor, writeSafetensors } from '../src/files/safetensors.ts';
import { fromFloat32 } from '../src/files/tensor-values.ts';
import { differentiate } from '../src/graph/differentiate.ts';
import { interpret } from '../src/graph/interpret.ts';
import { elementCount, type Tensor } from '../src/graph/tensor.ts';
import { frozenWeights } from '../src/model/frozen-weights.ts';
import { parameterInputs, weightsFrom } from '../src/model/parameters.ts';
import { clipInputs, encodeInPortions } from '../src/model/passage.ts';
import { vitWeightShapes } from '../src/model/vit-weights.ts';
import { createRandom } from '../src/random.ts';
import { readGoldenRun, referenceName } from '../src/systems/ma-avt/golden.ts';
import { trainableParameters } from '../src/systems/ma-avt/parameters.ts';
import { recipes } from '../src/systems/ma-avt/recipes.ts';

const file = 'src/systems/ma-avt/small-run.safetensors';
const [side, clips, classes] = [4, 6, 2];
const vit = {
  ...{ patchSize: 2, width: 8, depth: 2, heads: 2, mlpWidth: 16, layerNormEpsilon: 1e-6 },
  inputSize: [side, side] as const,
};
const config = {
  ...{ img: side, depth: vit.depth, heads: vit.heads, classes, na: 2, nv: 2, ns: 1, LSA: true, bg: true },
  ...{ contrastive: 'blockwise_sep', B: clips },
};
const adam = { rate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, steps: 5 };

const tensors = new Map<string, NamedTensor>();
const put = (name: string, shape: readonly number[], values: ArrayLike<number>) =>
  void tensors.set(name, fromFloat32(Float32Array.from(values), [...shape]));
const drawn = (name: string, shape: readonly number[], deviation = 1) => {
  const { normal } = createRandom('reference run', name);
  const centre = /norm\d?\.weight$/.test(name) ? 1 : 0;
  put(
    name,
    shape,
    Array.from({ length: elementCount(shape) }, () => centre + deviation * normal()),
  );
};

const patches = (side / vit.patchSize) ** 2;
for (const [name, shape] of vitWeightShapes({ ...vit, patches })) drawn(`param.ViT.v.${name}`, shape, 0.3);
const model = {
  ...recipes.reference.model,
  ...{ vit, classes, tokens: { audio: config.na, visual: config.nv, shared: config.ns } },
  ...{ lightSelfAttention: config.LSA, background: config.bg, contrastive: 'blockwise-separate' as const },
};
for (const [name, { shape }] of trainableParameters(model)) {
  const reference = `param.${referenceName(name)}`;
  // CLS is the backbone's.
  if (!tensors.has(reference)) drawn(reference, shape, /proj\.\d+\.weight$/.test(reference) ? 1 : 0.3);
}
drawn('input.image', [clips, 3, side, side]);
drawn('input.audio', [clips, 1, side, side]);
// A temperature of a half: sharper ones leave gradients that are all rounding.
put('param.logit_scale', [1], [Math.log(2)]);
const labels = Int32Array.of(0, 1, -1, 1, 0, -1);
tensors.set('input.label', { dtype: 'I32', shape: [clips], bytes: new Uint8Array(labels.buffer) });

const metadata = { config: JSON.stringify(config) };
const run = readGoldenRun(writeSafetensors(tensors, metadata), file);
const inputs = parameterInputs(run.model.parameters);
const trained = weightsFrom(inputs);
const images = clipInputs(run.model.inputs, clips);
const targets = clipInputs(run.model.targets, clips);
const encoded = encodeInPortions(run.model, images, frozenWeights(run.backbone.weights), trained, clips);
const { aims, logged } = run.model.losses(encoded, targets, trained);
const values = new Map([...run.parameters].map(([name, array]) => [name, Float64Array.from(array)]));
const feeds = new Map<Tensor, ArrayLike<number>>();
for (const [name, tensor] of inputs) feeds.set(tensor, values.get(name)!);
for (const [name, tensor] of Object.entries(images)) feeds.set(tensor, run.batch.inputs[name] as Float32Array);
for (const [name, tensor] of Object.entries(targets)) feeds.set(tensor, run.batch.targets[name] as Float32Array);
const total = Object.values(aims)[0]!;
const loss = () => interpret([total], feeds)[0]![0]!;

for (const [name, tensor] of [
  ['output.p_fg', logged.class_logits],
  ['output.p_bg', logged.background_logits],
  ['output.vis_attn', logged.visual_attention],
  ['output.loss', total],
  ['output.fg_loss', logged.foreground],
  ['output.bg_loss', logged.background],
  ['output.cnt_loss', logged.contrastive],
] as const)
  if (tensor) put(name, tensor.shape, interpret([tensor], feeds)[0]!);

const slopes = differentiate(total, [...inputs.values()]);
const gradientsNow = () => new Map(interpret(slopes, feeds).map((slope, index) => [[...inputs.keys()][index]!, slope]));

for (const [name, gradient] of gradientsNow()) {
  const [parameter, h] = [values.get(name)!, 1e-5];
  const index = gradient.reduce((best, slope, i) => (Math.abs(slope) > Math.abs(gradient[best]!) ? i : best), 0);
  const value = parameter[index]!;
  const [above, below] = [h, -h].map((change) => {
    parameter[index] = value + change;
    return loss();
  }) as [number, number];
  parameter[index] = value;
  const difference = Math.abs((above - below) / (2 * h) - gradient[index]!);
  if (difference > 1e-6 * Math.max(1, Math.abs(gradient[index]!))) throw new Error(`the gradient of ${name} is wrong`);
}

const moments = new Map([...values].map(([name, { length }]) => [name, new Float64Array(2 * length)]));
const trajectory: number[] = [];
for (let step = 1; step <= adam.steps; step++) {
  trajectory.push(loss());
  const gradients = gradientsNow();
  for (const [name, parameter] of values) {
    const gradient = gradients.get(name)!;
    const { shape } = run.model.parameters.get(name)!;
    if (step === 1) put(`grad.${referenceName(name)}`, shape, gradient);
    const moment = moments.get(name)!;
    for (const [index, slope] of gradient.entries()) {
      const second = index + gradient.length;
      moment[index] = adam.beta1 * moment[index]! + (1 - adam.beta1) * slope;
      moment[second] = adam.beta2 * moment[second]! + (1 - adam.beta2) * slope ** 2;
      const deviation = Math.sqrt(moment[second]! / (1 - adam.beta2 ** step)) + adam.epsilon;
      parameter[index]! -= (adam.rate * moment[index]!) / (1 - adam.beta1 ** step) / deviation;
    }
    if (step === adam.steps) put(`after5.${referenceName(name)}`, shape, parameter);
  }
}
put('trajectory.loss', [adam.steps], trajectory);
writeFileSync(file, writeSafetensors(tensors, metadata));
