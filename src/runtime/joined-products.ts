// A sum of products is one product of what lies side by side: a A + b B = [a b] [A; B]. On the way back through
// attention the gradients of queries, keys and values meet in such a sum, and their frozen matrices lie one after
// another in a checkpoint already.
import { concat, gemm, reshape } from '../graph/functions.ts';
import { rewrite } from '../graph/rewrite.ts';
import { constant, elementCount, storedConstant, type Tensor } from '../graph/tensor.ts';

/** A matrix as a sum of products with frozen matrices, which are in the order in which they lie. */
type Sum = { readonly lefts: readonly Tensor[]; readonly rights: readonly Tensor[] };

/** The same graph, with sums of products with neighbouring constants each computed as one product. */
export function joinedProducts(outputs: Readonly<Record<string, Tensor>>): Record<string, Tensor> {
  const sums = new Map<Tensor, Sum>();
  const joins = new Map<string, Tensor>();
  const sumOf = (tensor: Tensor): Sum | undefined => {
    const known = sums.get(tensor);
    if (known || tensor.source.kind !== 'node') return known;
    const { operator, inputs, attributes } = tensor.source.node;
    if (operator === 'Reshape') return sumOf(inputs[0]!);
    const isPlain = operator === 'Gemm' && inputs.length === 2 && attributes.transA === 0 && attributes.transB === 0;
    return isPlain && inputs[1]!.source.kind === 'constant' ? { lefts: [inputs[0]!], rights: [inputs[1]!] } : undefined;
  };
  return rewrite(outputs, ({ operator, outputs: [y] }, [a, b]) => {
    const [first, second] = operator === 'Add' ? [sumOf(a!), sumOf(b!)] : [];
    if (!first || !second || a!.shape.join() !== b!.shape.join()) return undefined;
    const joined = joinedSum(first, second) ?? joinedSum(second, first);
    if (!joined) return undefined;
    const { lefts, rights } = joined;
    const key = rights.map(nameOf).join(' ');
    const right = joins.get(key) ?? joinedConstant(rights);
    joins.set(key, right);
    const result = reshape(gemm(concat(lefts, 1), right), y!.shape);
    sums.set(result, joined);
    return [result];
  });
}

function joinedSum(before: Sum, after: Sum): Sum | undefined {
  if (!areNeighbours(before.rights.at(-1)!, after.rights[0]!)) return undefined;
  return { lefts: [...before.lefts, ...after.lefts], rights: [...before.rights, ...after.rights] };
}

/** Whether one matrix's bytes follow another's, in the file or in memory, so that together they are a matrix. */
function areNeighbours({ source: a, shape }: Tensor, { source: b, shape: next }: Tensor): boolean {
  if (
    a.kind !== 'constant' ||
    b.kind !== 'constant' ||
    a.name === undefined ||
    b.name === undefined ||
    shape[1] !== next[1]
  )
    return false;
  const bytes = elementCount(shape) * Float32Array.BYTES_PER_ELEMENT;
  if (a.stored && b.stored)
    return (
      a.stored.folder === b.stored.folder &&
      a.stored.file === b.stored.file &&
      a.stored.offset + bytes === b.stored.offset
    );
  if (a.stored || b.stored) return false;
  return a.data.buffer === b.data.buffer && a.data.byteOffset + bytes === b.data.byteOffset;
}

function joinedConstant(rights: readonly Tensor[]): Tensor {
  const [{ source, shape }] = rights as readonly [Tensor];
  if (source.kind !== 'constant') throw new Error('joinedProducts: the matrices are not constants');
  const rows = rights.reduce((sum, right) => sum + right.shape[0]!, 0);
  const joined = [rows, shape[1]!];
  const name = rights.map(nameOf).join('+');
  if (!source.stored) {
    const { buffer, byteOffset } = source.data as Float32Array<ArrayBuffer>;
    return constant(new Float32Array(buffer, byteOffset, elementCount(joined)), joined, name);
  }
  const weight = {
    shape: joined,
    get data() {
      return Float32Array.from(
        rights.flatMap(({ source }) => (source.kind === 'constant' ? [...(source.data as Float32Array)] : [])),
      );
    },
  };
  return storedConstant(weight, source.stored, name);
}

function nameOf({ source }: Tensor): string {
  return (source.kind === 'constant' && source.name) || '';
}
