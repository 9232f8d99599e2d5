// A graph with some of its nodes replaced, the others as they were.
import { topologicalOrder } from './differentiate.ts';
import { apply, type OperatorName } from './operators.ts';
import type { Node, Tensor } from './tensor.ts';

/**
 * What stands in a node's place, one tensor for each output, of the same shapes; undefined to keep it. `inputs` are the
 * rewritten ones.
 */
export type Replacement = (node: Node, inputs: readonly Tensor[]) => readonly Tensor[] | undefined;

/** The outputs of the graph in which `replace` has been asked about every node. */
export function rewrite(outputs: Readonly<Record<string, Tensor>>, replace: Replacement): Record<string, Tensor> {
  const rewritten = new Map<Tensor, Tensor>();
  const now = (tensor: Tensor) => rewritten.get(tensor) ?? tensor;
  for (const node of topologicalOrder(Object.values(outputs))) {
    const inputs = node.inputs.map(now);
    const isChanged = inputs.some((input, position) => input !== node.inputs[position]);
    const results =
      replace(node, inputs) ?? (isChanged ? apply(node.operator as OperatorName, inputs, node.attributes) : undefined);
    for (const [position, result] of (results ?? []).entries()) rewritten.set(node.outputs[position]!, result);
  }
  return Object.fromEntries(Object.entries(outputs).map(([name, tensor]) => [name, now(tensor)]));
}
