// Which inputs a graph reads, found in the graph itself.
import { topologicalOrder } from './differentiate.ts';
import type { Tensor } from './tensor.ts';

/** Names of the inputs that the tensors are computed from. */
export function inputsOf(outputs: readonly Tensor[]): ReadonlySet<string> {
  const read = [...outputs, ...topologicalOrder(outputs).flatMap(({ inputs }) => inputs)];
  return new Set(read.flatMap(({ source }) => (source.kind === 'input' ? [source.name] : [])));
}
