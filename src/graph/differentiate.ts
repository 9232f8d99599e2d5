// Reverse-mode differentiation of a graph, operator by operator; the result is a graph again.
import { add } from './functions.ts';
import { gradientTable } from './gradients.ts';
import type { OperatorName } from './operators.ts';
import { filled, type Node, type Tensor } from './tensor.ts';

/**
 * The gradients of a scalar with respect to tensors of its graph.
 * @returns one tensor for each of `variables`, of its shape; zeros where the scalar does not depend on it.
 * @throws when `scalar` has axes, or when an operator on the way has no row in the gradient table.
 */
export function differentiate(scalar: Tensor, variables: readonly Tensor[]): Tensor[] {
  if (scalar.shape.length > 0) throw new Error(`differentiate: a scalar is needed, got shape [${scalar.shape}]`);
  return pullBack([[scalar, filled(1, [], scalar.elementType)]], variables);
}

/**
 * The gradients of `variables` when those of some outputs are given: sum over outputs of gradient times Jacobian.
 * @param seeds pairs of an output and the gradient with respect to it, of the same shape.
 */
export function pullBack(seeds: readonly (readonly [Tensor, Tensor])[], variables: readonly Tensor[]): Tensor[] {
  const order = nodesTowards(
    variables,
    seeds.map(([output]) => output),
  );
  const gradients = new Map<Tensor, Tensor>();
  const accumulate = (tensor: Tensor, gradient: Tensor) => {
    const sum = gradients.get(tensor);
    gradients.set(tensor, sum ? add(sum, gradient) : gradient);
  };
  for (const [output, gradient] of seeds) accumulate(output, gradient);
  for (const { node, active } of order.reverse()) {
    const ofOutputs = node.outputs.map((output) => gradients.get(output));
    const first = ofOutputs.find((gradient) => gradient !== undefined);
    if (!first) continue;
    const row = gradientTable[node.operator as OperatorName];
    if (!row)
      throw new Error(`differentiate: ${node.operator} has no row in the gradient table (src/graph/gradients.ts)`);
    const ofInputs = row(node, first, ofOutputs);
    for (const [position, tensor] of node.inputs.entries()) {
      if (!active[position]) continue;
      const gradient = ofInputs[position];
      if (!gradient) throw new Error(`differentiate: ${node.operator} gives no gradient for its input ${position}`);
      accumulate(tensor, gradient);
    }
  }
  return variables.map((variable) => gradients.get(variable) ?? filled(0, variable.shape, variable.elementType));
}

/**
 * Nodes between the variables and the outputs, inputs before users, each with which of its inputs depend on a variable.
 */
function nodesTowards(variables: readonly Tensor[], outputs: readonly Tensor[]): { node: Node; active: boolean[] }[] {
  const wanted = new Set(variables);
  const order: { node: Node; active: boolean[] }[] = [];
  const depends = new Map<Node, boolean>();
  // Conditions and counts vary in steps, and what is detached counts as constant: nothing flows through them.
  const isActive = (tensor: Tensor) =>
    tensor.elementType.startsWith('float') &&
    (wanted.has(tensor) || (tensor.source.kind === 'node' && depends.get(tensor.source.node) === true));
  for (const node of topologicalOrder(outputs)) {
    const active = node.inputs.map((tensor) => node.operator !== 'Identity' && isActive(tensor));
    depends.set(node, active.includes(true));
    if (active.includes(true)) order.push({ node, active });
  }
  return order;
}

/** All nodes that the outputs need, each after those it uses. */
export function topologicalOrder(outputs: readonly Tensor[]): Node[] {
  const order: Node[] = [];
  const state = new Map<Node, 'open' | 'done'>();
  // An explicit stack: deep models would overflow the call stack.
  const stack = outputs.flatMap(({ source }) => (source.kind === 'node' ? [source.node] : [])).reverse();
  while (stack.length > 0) {
    const node = stack.at(-1)!;
    if (state.has(node)) {
      stack.pop();
      if (state.get(node) === 'open') order.push(node);
      state.set(node, 'done');
      continue;
    }
    state.set(node, 'open');
    for (const { source } of node.inputs.toReversed())
      if (source.kind === 'node' && !state.has(source.node)) stack.push(source.node);
  }
  return order;
}
