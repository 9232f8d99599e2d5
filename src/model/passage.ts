// How clips pass a model: its inputs, the portions of a batch that pass together, and what they need of memory.
import { topologicalOrder } from '../graph/differentiate.ts';
import { concat, split } from '../graph/functions.ts';
import { elementCount, input, type Tensor } from '../graph/tensor.ts';
import type { ClipShapes, Model, Tensors } from './model.ts';
import type { Weights } from './vit.ts';

/** An input of a graph for so many clips of each shape. */
export function clipInputs(shapes: ClipShapes, clips: number): Tensors {
  return mapTensors(shapes, (shape, name) => input(name, [clips, ...shape]));
}

/** A value for each name. */
export function mapTensors<From, To>(
  named: Readonly<Record<string, From>>,
  change: (value: From, name: string) => To,
): Record<string, To> {
  return Object.fromEntries(Object.entries(named).map(([name, value]) => [name, change(value, name)]));
}

/**
 * What each clip becomes, with so many clips at most passing together: smaller working sets stay in the CPU's
 * cache. The numbers are the same for any portion.
 */
export function encodeInPortions(
  model: Model,
  inputs: Tensors,
  frozen: Weights,
  trained: Weights,
  portion: number,
): Tensors {
  const clips = Object.values(inputs)[0]!.shape[0]!;
  const full = Array<number>(Math.floor(clips / portion)).fill(portion);
  const lengths = clips % portion === 0 ? full : [...full, clips % portion];
  const parts = mapTensors(inputs, (tensor) => split(tensor, 0, lengths));
  const encoded = lengths.map((_, index) =>
    model.encode(
      mapTensors(parts, (ofInput) => ofInput[index]!),
      frozen,
      trained,
    ),
  );
  return mapTensors(encoded[0]!, (_, name) =>
    concat(
      encoded.map((part) => part[name]!),
      0,
    ),
  );
}

/** Bytes of a clip's activations. */
export type ClipMemory = {
  /** Of the largest one. */
  readonly widest: number;
  /** Of all together. */
  readonly all: number;
};

/** Operators that only give an activation another shape. */
const views = new Set(['Reshape', 'Transpose', 'Expand', 'Split', 'Slice', 'Concat']);

/** What one clip takes on its way through `encode`, read off the graph. */
export function clipMemory(model: Model, frozen: Weights, trained: Weights): ClipMemory {
  const inputs = clipInputs(model.inputs, 1);
  const ofClip = new Set<Tensor>(Object.values(inputs));
  let [widest, all] = [0, 0];
  for (const { operator, inputs: read, outputs } of topologicalOrder(
    Object.values(model.encode(inputs, frozen, trained)),
  )) {
    if (!read.some((tensor) => ofClip.has(tensor))) continue;
    for (const output of outputs) {
      ofClip.add(output);
      if (views.has(operator)) continue;
      const bytes = elementCount(output.shape) * Float32Array.BYTES_PER_ELEMENT;
      widest = Math.max(widest, bytes);
      all += bytes;
    }
  }
  return { widest, all };
}
