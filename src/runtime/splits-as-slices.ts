// Parts of a tensor, each cut out by itself: WebGPU binds few buffers to one kernel, so that a Split into a dozen parts fails there.
import { apply } from '../graph/operators.ts';
import { rewrite } from '../graph/rewrite.ts';
import type { Tensor } from '../graph/tensor.ts';

/** The same graph without Split nodes. */
export function splitsAsSlices(outputs: Readonly<Record<string, Tensor>>): Record<string, Tensor> {
  return rewrite(outputs, ({ operator, attributes }, [x]) => {
    if (operator !== 'Split') return undefined;
    const axis = attributes.axis as number;
    let start = 0;
    return (attributes.split as readonly number[]).map((length) => {
      const [part] = apply('Slice', [x!], { starts: [start], ends: [start + length], axes: [axis] });
      start += length;
      return part!;
    });
  });
}
