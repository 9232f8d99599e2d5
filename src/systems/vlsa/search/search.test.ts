import { expect, test } from 'vitest';
import { fakeMedia } from '../../../data/fake-media.test-data.ts';
import { interpret } from '../../../graph/interpret.ts';
import { elementCount, input, type Tensor } from '../../../graph/tensor.ts';
import { inputSettings } from '../../../infer/input-choices.ts';
import type { Media } from '../../../media/media.ts';
import { createRandom } from '../../../random.ts';
import { nodeSessions } from '../../../runtime/session-node.ts';
import { openBackbone } from '../../../weights/open-backbone-node.ts';
import { openFeatureReader } from './features.ts';
import { imagenetNames } from './imagenet-names.ts';
import { searchModels } from './model.ts';
import { type SearchAnswer, searchVectors } from './vectors.ts';

const sizes = { labels: 2, names: 3, text: 4, width: 5 };
const backboneWidth = 2;

function drawn(name: string, shape: readonly number[]): Float32Array {
  const random = createRandom('search', name);
  return Float32Array.from({ length: elementCount(shape) }, () => random.normal());
}

/** The answers for one clip that is surely the second name. */
function answers(has: { picture: number; sound: number }) {
  const { folded } = searchModels(sizes, { width: backboneWidth });
  const parameters = new Map([...folded.parameters].map(([name, { shape }]) => [name, input(name, shape)]));
  const inputs = Object.fromEntries(
    Object.entries(folded.inputs).map(([name, shape]) => [name, input(name, [1, ...shape])]),
  );
  const trained = (name: string) => parameters.get(name)!;
  const built = folded.answers(inputs, trained, trained, []);
  const values: Record<string, Float32Array> = {
    picture: drawn('picture', inputs.picture!.shape),
    sound: drawn('sound', inputs.sound!.shape),
    likely: Float32Array.of(0, has.picture, 0),
    has_picture: Float32Array.of(has.picture),
    has_sound: Float32Array.of(has.sound),
  };
  const adapter = new Map([...folded.parameters].map(([name, { shape }]) => [name, drawn(name, shape)]));
  const feeds = new Map<Tensor, ArrayLike<number>>([
    ...Object.entries(inputs).map(([name, tensor]) => [tensor, values[name]!] as const),
    ...[...parameters].map(([name, tensor]) => [tensor, [...adapter.get(name)!]] as const),
  ]);
  const found = interpret(Object.values(built), feeds);
  const answer = Object.fromEntries(Object.keys(built).map((name, i) => [name, Float32Array.from(found[i]!)]));
  return { answer: answer as SearchAnswer, adapter };
}

const spaces = searchVectors(sizes.text, sizes.width);
const dot = (a: Float32Array, b: Float32Array) => a.reduce((total, value, i) => total + value * b[i]!, 0);

test("a picture that is surely one thing has the vector of that name's text", () => {
  const { answer, adapter } = answers({ picture: 1, sound: 1 });
  const name = adapter.get('names')!.subarray(sizes.text, 2 * sizes.text);
  // No class is near it, so that it is compared as it is.
  const opposite = adapter.get('classes')!.map((_, i) => -10 * name[i % sizes.text]!);
  const [byNames, byPicture, bySound, ...others] = spaces
    .texts(new Map([...adapter, ['classes', opposite]]))
    .ofText(name);
  expect(byNames).toMatchObject({ kind: 'names' });
  expect(dot(byNames!.vector, answer.name_vector)).toBeCloseTo(1, 5);
  expect(byPicture!.vector).toEqual(bySound!.vector);
  expect(others).toEqual([]);
  expect(spaces.texts(adapter).usual).toHaveLength(sizes.names);
});

test('between words near a class and other words the evidence of both kinds counts in part', () => {
  const names = Float32Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
  const { adapter } = answers({ picture: 1, sound: 1 });
  const classes = Float32Array.of(1, 0, 0, 0, 0, 0, 0, 1);
  const texts = spaces.texts(new Map([...adapter, ['names', names], ['classes', classes]]));
  const at = (cosine: number) => texts.ofText(Float32Array.of(cosine, Math.sqrt(1 - cosine ** 2), 0, 0));
  const weights = (cosine: number) => at(cosine).map(({ weight }) => weight);
  expect(weights(0.39)).toEqual([1, 0.25, 0.1]);
  expect(weights(0.51)).toEqual([1, 1]);
  expect(weights(0.45).map((weight) => weight.toFixed(3))).toEqual(
    [0.5, 0.5, 0.5, 0.125, 0.05].map((weight) => weight.toFixed(3)),
  );
  // Near words are the class: it is spread as its own name is.
  expect(at(0.9)[0]!.vector.map((value) => Math.round(value * 1e4))).toEqual(
    at(1)[0]!.vector.map((value) => Math.round(value * 1e4)),
  );
});

test('a text is compared with windows as the model compares its classes', () => {
  const { answer, adapter } = answers({ picture: 1, sound: 1 });
  const vectors = spaces.ofAnswer(answer);
  const texts = spaces.texts(adapter);
  for (let label = 0; label < sizes.labels; label++) {
    const text = adapter.get('classes')!.subarray(label * sizes.text, (label + 1) * sizes.text);
    const cosines = Object.fromEntries(
      texts.ofText(text).map(({ kind, vector }) => [kind, dot(vector, vectors[kind]!)]),
    );
    expect(cosines.picture).toBeCloseTo(answer.by_picture[label]!, 5);
    expect(cosines.sound).toBeCloseTo(answer.by_sound[label]!, 5);
  }
});

test('what a window lacks is zeros, and an example without picture looks for pictures by its sound', () => {
  const { answer } = answers({ picture: 0, sound: 1 });
  expect([...answer.picture_vector, ...answer.name_vector].every((value) => value === 0)).toBe(true);
  expect(spaces.ofExample(answer).map(({ kind }) => kind)).toEqual(['sound', 'picture']);
  expect(spaces.ofExample(answers({ picture: 1, sound: 1 }).answer)).toHaveLength(3);
});

test('a plain frame and silence are nothing to find, and a window has the features of what it shows', async () => {
  const backbone = await openBackbone();
  const settings = inputSettings(backbone.config, { frontEnd: 'vggsound', normalisation: 'backbone' });
  const reader = await openFeatureReader(backbone, settings, nodeSessions({ threads: 1 }));
  const random = createRandom('pixels');
  const noisy = Uint8Array.from({ length: 80 * 60 * 3 }, () => random.integer(256));
  const plain = fakeMedia(16_000, 6);
  const dark: Media = {
    ...plain,
    readFrames: async (times) =>
      times.map((time) => ({ width: 80, height: 60, data: time < 5 ? new Uint8Array(80 * 60 * 3) : noisy })),
    readWaveform: async (start, end) => ({
      samples: new Float32Array(Math.round((end - start) * 16_000)),
      sampleRate: 16_000,
    }),
  };
  try {
    const windows = [];
    for await (const { start, end, inputs } of reader.windows(dark, { hop: 5 })) windows.push({ start, end, inputs });
    expect(windows.map(({ start, end }) => [start, end])).toEqual([
      [0, 5],
      [1, 6],
    ]);
    expect(windows.map(({ inputs }) => inputs.has_picture![0])).toEqual([0, 1]);
    expect(windows.map(({ inputs }) => inputs.has_sound![0])).toEqual([0, 0]);
    const likely = windows[1]!.inputs.likely as Float32Array;
    expect(likely).toHaveLength(imagenetNames.length);
    expect(likely.reduce((total, share) => total + share, 0)).toBeCloseTo(1, 4);
    const { arrays } = await reader.read(plain);
    expect(arrays.has_sound!.data[0]).toBe(1);
    expect(arrays.sound!.data.some((value) => value !== 0)).toBe(true);
  } finally {
    await reader.release();
  }
}, 30_000);

test('there are as many names as ImageNet has classes, and none is empty', () => {
  expect(imagenetNames).toHaveLength(1000);
  expect(imagenetNames.flat().every((name) => /^\S.*\S$/.test(name))).toBe(true);
  expect(imagenetNames[207]).toContain('golden retriever');
});
