// Parts of a tensor, each cut out by itself: what of it nobody reads is not copied.
import { topologicalOrder } from '../graph/differentiate.ts';
import { apply } from '../graph/operators.ts';
import { rewrite } from '../graph/rewrite.ts';
import type { Tensor } from '../graph/tensor.ts';

/**
 * The same graph with slices in place of Split nodes.
 * @param most parts that are read of a Split which is replaced; the others are faster as they are. WebGPU binds few
 * buffers to one kernel, so that a Split into a dozen parts fails there, and all are replaced.
 */
export function splitsAsSlices(
  outputs: Readonly<Record<string, Tensor>>,
  most = Number.POSITIVE_INFINITY,
): Record<string, Tensor> {
  const results = Object.values(outputs);
  const read = new Set([...results, ...topologicalOrder(results).flatMap(({ inputs }) => inputs)]);
  return rewrite(outputs, ({ operator, attributes, outputs: parts }, [x]) => {
    if (operator !== 'Split' || parts.filter((part) => read.has(part)).length > most) return undefined;
    const axis = attributes.axis as number;
    let start = 0;
    return (attributes.split as readonly number[]).map((length) => {
      const [part] = apply('Slice', [x!], { starts: [start], ends: [start + length], axes: [axis] });
      start += length;
      return part!;
    });
  });
}
