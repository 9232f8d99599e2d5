// Reference runs in double precision, and a model of this folder run on ONNX Runtime in the same precision.
import { existsSync, readFileSync } from 'node:fs';
import * as ort from 'onnxruntime-node';
import { expect } from 'vitest';
import { type NamedTensor, readSafetensors } from '../../files/safetensors.ts';
import { differentiate } from '../../graph/differentiate.ts';
import { encodeOnnx } from '../../graph/encode-onnx.ts';
import { add, divide, mean, multiply, sqrt, subtract } from '../../graph/functions.ts';
import { rewrite } from '../../graph/rewrite.ts';
import { input, type Shape, type Tensor } from '../../graph/tensor.ts';
import type { Model, Tensors } from '../../model/model.ts';

const folder = new URL('../../../../shared/golden/systems/', import.meta.url);

export const isGoldenAbsent = !existsSync(folder);

type Parameters = ReadonlyMap<string, Float64Array>;

export type GoldenRun = {
  readonly metadata: Readonly<Record<string, string>>;
  readonly names: readonly string[];
  shape(name: string): Shape;
  /** In double precision. */
  values(name: string): Float64Array;
};

export function readGolden(name: string): GoldenRun {
  const { tensors, metadata } = readSafetensors(readFileSync(new URL(name, folder)));
  const get = (key: string): NamedTensor => {
    const tensor = tensors.get(key);
    if (!tensor) throw new Error(`${name} lacks ${key}`);
    return tensor;
  };
  return {
    metadata,
    names: [...tensors.keys()],
    shape: (key) => get(key).shape,
    values: (key) => {
      const { bytes, dtype } = get(key);
      const { buffer } = new Uint8Array(bytes);
      return dtype === 'F64' ? new Float64Array(buffer) : Float64Array.from(new Float32Array(buffer));
    },
  };
}

/**
 * Opens a model's forward and backward pass, in double precision, on the inputs of a reference run.
 * @returns a function of the parameters' values: what the model encodes, its aims and what it logs by name, and the
 * gradients of `aims.total` for the parameters and the inputs.
 */
async function openGoldenModel(model: Model, golden: GoldenRun) {
  const inputs = Object.fromEntries(
    Object.keys({ ...model.inputs, ...model.targets }).map((name) => [
      name,
      input(`input.${name}`, golden.shape(`input.${name}`), 'float64'),
    ]),
  );
  const parameters = new Map(
    [...model.parameters].map(([name, { shape }]) => [name, input(`param.${name}`, shape, 'float64')]),
  );
  const trained = (name: string): Tensor => {
    const tensor = parameters.get(name);
    if (!tensor) throw new Error(`the model has no parameter ${name}`);
    return tensor;
  };
  const frozen = (name: string): Tensor => {
    throw new Error(`the model has no frozen weight ${name}`);
  };
  const encoded = model.encode(inputs, frozen, trained);
  const { aims, logged } = model.losses(encoded, inputs, trained);
  const variables = new Map([
    ...Object.keys(model.inputs).map((name) => [`input.${name}`, inputs[name]!] as const),
    ...parameters,
  ]);
  const gradients = differentiate(aims.total!, [...variables.values()]);
  const named = (prefix: string, tensors: Tensors) =>
    Object.entries(tensors).map(([name, tensor]) => [`${prefix}.${name}`, tensor] as const);
  const graph = encodeOnnx(
    inDoublePrecision(
      Object.fromEntries([
        ...named('output', encoded),
        ...named('loss', { ...logged, ...aims }),
        ...[...variables.keys()].map((name, index) => [`grad.${name}`, gradients[index]!] as const),
      ]),
    ),
  );
  // Fused operators have their constants in single precision.
  const session = await ort.InferenceSession.create(graph.bytes, { graphOptimizationLevel: 'disabled' });
  const feed = (name: string, values: Float64Array) =>
    [name, new ort.Tensor('float64', values, graph.inputs.get(name)!.shape)] as const;
  const fixed = [...graph.inputs.keys()]
    .filter((name) => name.startsWith('input.'))
    .map((name) => feed(name, golden.values(name)));
  return {
    async run(values: Parameters): Promise<Parameters> {
      const ofParameters = [...values].map(([name, array]) => feed(`param.${name}`, array));
      const results = await session.run(Object.fromEntries([...fixed, ...ofParameters]));
      return new Map(Object.entries(results).map(([name, { data }]) => [name, data as Float64Array]));
    },
    release: () => session.release(),
  };
}

/** One step of Adam (Kingma and Ba 2015, algorithm 1) with its usual settings, in double precision, in place. */
function adam(parameters: Parameters, learningRate: number) {
  const zeros = () => new Map([...parameters].map(([name, { length }]) => [name, new Float64Array(length)]));
  const first = zeros();
  const second = zeros();
  let step = 0;
  return (gradient: (name: string) => Float64Array) => {
    step++;
    for (const [name, values] of parameters) {
      const slopes = gradient(name);
      const [m, v] = [first.get(name)!, second.get(name)!];
      for (const [i, slope] of slopes.entries()) {
        m[i] = 0.9 * m[i]! + 0.1 * slope;
        v[i] = 0.999 * v[i]! + 0.001 * slope * slope;
        const deviation = Math.sqrt(v[i]! / (1 - 0.999 ** step));
        values[i]! -= (learningRate * (m[i]! / (1 - 0.9 ** step))) / (deviation + 1e-8);
      }
    }
  };
}

/** ONNX Runtime's LayerNormalization gives its statistics in single precision only: the same in its parts. */
function inDoublePrecision(outputs: Tensors): Tensors {
  return rewrite(outputs, ({ operator, attributes }, [x, scale, bias]) => {
    if (operator !== 'LayerNormalization') return undefined;
    const average = mean(x!, [-1], true);
    const centred = subtract(x!, average);
    const variance = mean(multiply(centred, centred), [-1], true);
    const inverseDeviation = divide(1, sqrt(add(variance, attributes.epsilon as number)));
    return [add(multiply(multiply(centred, inverseDeviation), scale!), bias!), average, inverseDeviation];
  });
}

/** Largest difference over the reference's largest value. */
export function relativeError(ours: ArrayLike<number>, reference: ArrayLike<number>): number {
  if (ours.length !== reference.length) return Number.NaN;
  let difference = 0;
  let largest = 0;
  for (let i = 0; i < reference.length; i++) {
    difference = Math.max(difference, Math.abs(ours[i]! - reference[i]!));
    largest = Math.max(largest, Math.abs(reference[i]!));
  }
  return difference / largest;
}

/**
 * Expects that a model has the reference run's parameters, outputs, losses and gradients, and the same parameters after
 * five steps of Adam.
 */
export async function expectAgreement(model: Model, golden: GoldenRun): Promise<void> {
  const ofFile = golden.names.filter((name) => name.startsWith('param.')).map((name) => name.slice(6));
  expect([...model.parameters.keys()].sort()).toEqual(ofFile.sort());
  for (const [name, { shape }] of model.parameters)
    expect([name, shape]).toEqual([name, golden.shape(`param.${name}`)]);
  const parameters = new Map(ofFile.map((name) => [name, golden.values(`param.${name}`)]));
  const session = await openGoldenModel(model, golden);
  try {
    const step = adam(parameters, 1e-3);
    const trajectory: number[] = [];
    for (let index = 0; index <= 5; index++) {
      const results = await session.run(parameters);
      trajectory.push(results.get('loss.total')![0]!);
      if (index === 0) expectClose(results, golden, '', 1e-10);
      if (index < 5) step((name) => results.get(`grad.${name}`)!);
    }
    expect(relativeError(trajectory, golden.values('trajectory.loss'))).toBeLessThan(1e-10);
    // Adam brings gradients that are nothing but rounding to the size of the others.
    expectClose(parameters, golden, 'after5.', 1e-8);
  } finally {
    await session.release();
  }
}

function expectClose(ours: Parameters, golden: GoldenRun, prefix: string, tolerance: number): void {
  const errors = [...ours]
    .filter(([name]) => golden.names.includes(prefix + name))
    .map(([name, values]) => ({ name, error: relativeError(values, golden.values(prefix + name)) }));
  expect(errors.length).toBeGreaterThan(0);
  expect(errors.filter(({ error }) => !(error < tolerance))).toEqual([]);
}
