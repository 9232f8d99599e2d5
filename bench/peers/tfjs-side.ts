// TensorFlow.js on WebAssembly as a measured process: a ViT of its own operations on pictures.
import { dirname } from 'node:path';
import { openBackbone } from '../../src/weights/open-backbone-node.ts';
import { imageSize, readTensors } from '../models.ts';
import { serve } from '../protocol.ts';
import { loadPackage, packageEntry } from './load-package.ts';

type T = { readonly shape: number[]; data(): Promise<Float32Array>; dispose(): void };
/** What of TensorFlow.js is used. */
type Tf = {
  readonly version_core: string;
  setBackend(name: string): Promise<boolean>;
  tidy(work: () => T): T;
  tensor(values: Float32Array, shape: readonly number[]): T;
  matMul(a: T, b: T, transposeA?: boolean, transposeB?: boolean): T;
  moments(x: T, axis: number, keepDims: boolean): { readonly mean: T; readonly variance: T };
  scalar(value: number): T;
  conv2d(x: T, filter: T, strides: number, pad: 'valid'): T;
  reshape(x: T, shape: readonly number[]): T;
  transpose(x: T, perm: readonly number[]): T;
  slice(x: T, begin: readonly number[], size: readonly number[]): T;
  concat(parts: readonly T[], axis: number): T;
  tile(x: T, times: readonly number[]): T;
} & Readonly<Record<'add' | 'sub' | 'mul', (a: T, b: T) => T>> &
  Readonly<Record<'sqrt' | 'rsqrt' | 'erf' | 'softmax', (x: T) => T>>;
type Wasm = {
  setWasmPaths(folder: string): void;
  setThreadsCount(threads: number): void;
  getThreadsCount(): number;
  readonly version_wasm: string;
};

await serve(async (job, threads) => {
  if (job.kind !== 'features') throw new Error('this peer has the plain ViT only');
  const tf = await loadPackage<Tf>('@tensorflow/tfjs-core');
  const wasm = await loadPackage<Wasm>('@tensorflow/tfjs-backend-wasm');
  wasm.setWasmPaths(`${dirname(packageEntry('@tensorflow/tfjs-backend-wasm'))}/`);
  wasm.setThreadsCount(threads);
  await tf.setBackend('wasm');
  const { weights, config } = await openBackbone(job.files.backbone);
  const { width, depth, heads, patchSize, layerNormEpsilon } = config;
  const made = new Map<string, T>();
  const weight = (name: string): T => {
    const known = made.get(name);
    if (known) return known;
    const { data, shape } = weights.get(name as 'cls_token')!;
    const tensor = tf.tensor(Float32Array.from(data), shape);
    made.set(name, tensor);
    return tensor;
  };
  for (const name of weights.keys()) weight(name);
  const { clips } = job;
  const pixels = readTensors(job.files.inputs)
    .get('images')!
    .subarray(0, clips * 3 * imageSize ** 2);
  const pictures = tf.transpose(tf.tensor(pixels, [clips, 3, imageSize, imageSize]), [0, 2, 3, 1]);
  const kernel = tf.transpose(weight('patch_embed.proj.weight'), [2, 3, 1, 0]);
  const patches = (imageSize / patchSize) ** 2;
  const rows = clips * (1 + patches);
  const half = tf.scalar(0.5);
  const one = tf.scalar(1);
  const invRoot2 = tf.scalar(Math.SQRT1_2);
  const scale = tf.scalar((width / heads) ** -0.5);
  const epsilon = tf.scalar(layerNormEpsilon);

  // Rows [clips * tokens, channels] between the operations, so that every linear layer is one product.
  const linear = (x: T, name: string) =>
    tf.add(tf.matMul(x, weight(`${name}.weight`), false, true), weight(`${name}.bias`));
  const norm = (x: T, name: string) => {
    const { mean, variance } = tf.moments(x, 1, true);
    const unit = tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, epsilon)));
    return tf.add(tf.mul(unit, weight(`${name}.weight`)), weight(`${name}.bias`));
  };
  const gelu = (x: T) => tf.mul(tf.mul(x, half), tf.add(one, tf.erf(tf.mul(x, invRoot2))));
  const attention = (x: T, name: string) => {
    const qkv = linear(x, `${name}.qkv`);
    const part = (index: number) => {
      const columns = tf.slice(qkv, [0, index * width], [rows, width]);
      const split = tf.transpose(tf.reshape(columns, [clips, 1 + patches, heads, width / heads]), [0, 2, 1, 3]);
      return tf.reshape(split, [clips * heads, 1 + patches, width / heads]);
    };
    const weights = tf.softmax(tf.matMul(tf.mul(part(0), scale), part(1), false, true));
    const mixed = tf.reshape(tf.matMul(weights, part(2)), [clips, heads, 1 + patches, width / heads]);
    return linear(tf.reshape(tf.transpose(mixed, [0, 2, 1, 3]), [rows, width]), `${name}.proj`);
  };
  const forward = () => {
    const embedded = tf.add(tf.conv2d(pictures, kernel, patchSize, 'valid'), weight('patch_embed.proj.bias'));
    const sequence = tf.concat(
      [tf.tile(weight('cls_token'), [clips, 1, 1]), tf.reshape(embedded, [clips, patches, width])],
      1,
    );
    let x = tf.reshape(tf.add(sequence, weight('pos_embed')), [rows, width]);
    for (let layer = 0; layer < depth; layer++) {
      const at = `blocks.${layer}`;
      x = tf.add(x, attention(norm(x, `${at}.norm1`), `${at}.attn`));
      x = tf.add(x, linear(gelu(linear(norm(x, `${at}.norm2`), `${at}.mlp.fc1`)), `${at}.mlp.fc2`));
    }
    return norm(x, 'norm');
  };
  const run = async () => {
    const features = tf.tidy(forward);
    const values = await features.data();
    features.dispose();
    return { cls: [...values.slice(0, width)] };
  };
  return { run, version: `TensorFlow.js ${tf.version_core}, ${wasm.getThreadsCount()} threads` };
});
