// Gives assets/vit_micro_patch16_224 a classifier of the 1000 ImageNet classes, distilled from a larger ViT's:
// npm run make:head -- TEACHER THINGS SCENES [NUMBER], where TEACHER is a ViT with such a head on equally wide
// features, THINGS a folder of pictures with a transparent background and SCENES one of whole pictures. No labels are
// read: pictures are composed of them at random, and the head learns to say of each what the teacher says (Hinton et
// al. 2015).
import { dirname } from 'node:path';
import { readFileClearly } from '../src/files/read-clearly-node.ts';
import { readSafetensors, writeSafetensors } from '../src/files/safetensors.ts';
import { writeFileAtomic } from '../src/files/write-atomic-node.ts';
import { differentiate } from '../src/graph/differentiate.ts';
import { linear, logSoftmax, mean, multiply, negate, reshape, slice, softmax, sum } from '../src/graph/functions.ts';
import { input, type Tensor } from '../src/graph/tensor.ts';
import { frozenWeights } from '../src/model/frozen-weights.ts';
import { vit } from '../src/model/vit.ts';
import { createRandom } from '../src/random.ts';
import { nodeSessions } from '../src/runtime/session-node.ts';
import { toHalfPrecision } from '../src/search/half-precision.ts';
import { normalisePicture } from '../src/signal/normalise-picture.ts';
import { createOptimiserState, defaultOptimiser, optimiserStep } from '../src/train/optimiser.ts';
import type { Backbone } from '../src/weights/backbone.ts';
import { openBackbone } from '../src/weights/open-backbone-node.ts';
import { composedPicture, openPictures, partOfPictures } from './composed-pictures.ts';

const [atOnce, batch, epochs] = [10, 50, 40];
const temperature = 2;
const learningRate = 1e-3;
/** Pulls the head towards the teacher's own, which fits the student's features in part. */
const weightDecay = 3;
/** Of the pictures, whose things and scenes are in no other. */
const heldOutShare = 0.1;
const assetFile = 'assets/vit_micro_patch16_224/model.safetensors';

const [teacherSource, things, scenes, pictures = '6000'] = process.argv.slice(2);
if (teacherSource === undefined || things === undefined || scenes === undefined)
  throw new Error('name teacher and pictures: npm run make:head -- TEACHER THINGS SCENES [NUMBER]');
const [teacher, student] = [await openBackbone(teacherSource), await openBackbone(dirname(assetFile))];
const openSession = nodeSessions({ threads: 1 });
const { width } = student.config;
const classes = teacher.weights.get('head.bias')!.shape[0]!;
const count = Number(pictures);
const heldOut = batch * Math.max(1, Math.round((count * heldOutShare) / batch));

const said = await readBoth(things, scenes);
const { weight, bias } = await learn(said);
const asset = readSafetensors(await readFileClearly(assetFile), assetFile);
const tensors = new Map(asset.tensors);
const half = (values: Float32Array, shape: number[]) => {
  const bits = toHalfPrecision(values);
  return { dtype: 'F16' as const, shape, bytes: new Uint8Array(bits.buffer) };
};
tensors.set('head.weight', half(weight, [classes, width]));
tensors.set('head.bias', half(bias, [classes]));
await writeFileAtomic(assetFile, writeSafetensors(tensors, asset.metadata));
console.log(`wrote ${assetFile}`);

type Said = {
  /** Of the student, [pictures, C]; the held-out pictures last. */
  readonly features: Float32Array;
  /** Of the teacher, [pictures, classes]. */
  readonly logits: Float32Array;
};

/** The student's features of the class token and the teacher's logits, of composed pictures. */
async function readBoth(thingsFolder: string, scenesFolder: string): Promise<Said> {
  const pictures = await openPictures(thingsFolder, scenesFolder);
  const own = partOfPictures(pictures, (index) => index % 10 !== 0);
  const others = partOfPictures(pictures, (index) => index % 10 === 0);
  const images = input('images', [atOnce, 3, ...student.config.inputSize]);
  const { weights } = teacher;
  const head = frozenWeights(weights);
  const ofStudent = await openSession({ features: classToken(images, student) });
  const logitsOf = linear(classToken(images, teacher), head('head.weight'), head('head.bias'));
  const ofTeacher = await openSession({ logits: logitsOf });
  const said = { features: new Float32Array(count * width), logits: new Float32Array(count * classes) };
  const values = new Float32Array(atOnce * 3 * student.config.imageSize ** 2);
  for (let start = 0; start < count; start += atOnce) {
    for (let row = 0; row < atOnce; row++) {
      const from = start + row < count - heldOut ? own : others;
      const picture = await composedPicture(from, createRandom('composed picture', start + row));
      values.set(normalisePicture(picture, student.config.mean, student.config.std), (row * values.length) / atOnce);
    }
    const { features } = await ofStudent.run({ images: values });
    const { logits } = await ofTeacher.run({ images: values });
    said.features.set(features!, start * width);
    said.logits.set(logits!, start * classes);
    if (start % 500 === 0) console.log(`${start} pictures`);
  }
  await ofStudent.release();
  await ofTeacher.release();
  return said;
}

/** [N, C] */
function classToken(images: Tensor, { weights, config }: Backbone): Tensor {
  const { features } = vit(images, frozenWeights(weights), config);
  return reshape(slice(features, 1, 0, 1), [images.shape[0]!, config.width]);
}

/** The head after the epoch in which it says most nearly of held-out pictures what the teacher says. */
async function learn({ features, logits }: Said): Promise<{ weight: Float32Array; bias: Float32Array }> {
  const first = { weight: asFloat32(teacher, 'head.weight'), bias: asFloat32(teacher, 'head.bias') };
  // What is trained is the difference from the teacher's own head, so that decay pulls towards that.
  const change = new Map(Object.entries(first).map(([name, values]) => [name, new Float32Array(values.length)]));
  const sum = (name: 'weight' | 'bias') => first[name].map((value, i) => value + change.get(name)![i]!);
  const inputs = {
    features: input('features', [batch, width]),
    logits: input('logits', [batch, classes]),
    weight: input('weight', [classes, width]),
    bias: input('bias', [classes]),
  };
  const loss = difference(linear(inputs.features, inputs.weight, inputs.bias), inputs.logits);
  const [weightGradient, biasGradient] = differentiate(loss, [inputs.weight, inputs.bias]);
  const session = await openSession({ loss, of_weight: weightGradient!, of_bias: biasGradient! });
  const run = (places: readonly number[]) =>
    session.run({
      features: rowsOf(features, width, places),
      logits: rowsOf(logits, classes, places),
      weight: sum('weight'),
      bias: sum('bias'),
    });
  const all = Array.from({ length: count }, (_, place) => place);
  const [learnt, held] = [all.slice(0, count - heldOut), all.slice(count - heldOut)];
  const portions = (places: readonly number[]) =>
    Array.from({ length: Math.floor(places.length / batch) }, (_, i) => places.slice(i * batch, (i + 1) * batch));
  const judge = async () => {
    let total = 0;
    for (const places of portions(held)) total += (await run(places)).loss![0]!;
    return total / portions(held).length;
  };
  const state = createOptimiserState(change);
  let best = { loss: await judge(), weight: sum('weight'), bias: sum('bias') };
  console.log(`the teacher's own head: ${best.loss.toFixed(4)}`);
  for (let epoch = 0; epoch < epochs; epoch++) {
    const rate = (learningRate * (1 + Math.cos((Math.PI * epoch) / epochs))) / 2;
    for (const places of portions(createRandom('head order', epoch).shuffle(learnt))) {
      const { of_weight: ofWeight, of_bias: ofBias } = await run(places);
      const gradients = new Map([...Object.entries({ weight: ofWeight!, bias: ofBias! })]);
      optimiserStep(change, gradients, state, rate, { ...defaultOptimiser, kind: 'adamw', weightDecay });
    }
    const heldLoss = await judge();
    console.log(`epoch ${epoch + 1}: ${heldLoss.toFixed(4)}`);
    if (heldLoss < best.loss) best = { loss: heldLoss, weight: sum('weight'), bias: sum('bias') };
  }
  await session.release();
  return best;
}

/** Cross-entropy of softened answers, [N, classes] each. */
function difference(answers: Tensor, aims: Tensor): Tensor {
  const soft = (x: Tensor) => multiply(x, 1 / temperature);
  return negate(mean(sum(multiply(softmax(soft(aims)), logSoftmax(soft(answers))), [1]), [0]));
}

function rowsOf(values: Float32Array, length: number, places: readonly number[]): Float32Array {
  const rows = new Float32Array(places.length * length);
  for (const [row, place] of places.entries())
    rows.set(values.subarray(place * length, (place + 1) * length), row * length);
  return rows;
}

function asFloat32({ weights }: Backbone, name: 'head.weight' | 'head.bias'): Float32Array {
  return Float32Array.from(weights.get(name)!.data);
}
