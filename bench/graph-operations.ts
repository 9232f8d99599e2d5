// What the graph of a job multiplies: beside the floor it shows whether the graph itself does more than it has to.
import { topologicalOrder } from '../src/graph/differentiate.ts';
import type { Node, Tensor } from '../src/graph/tensor.ts';
import { elementCount } from '../src/graph/tensor.ts';
import { owned } from '../src/owned.ts';
import { prepareJob } from './duet-jobs.ts';
import type { Job } from './protocol.ts';

/**
 * Multiplications and additions of the products of matrices in one run of Duet's graph for a job, without loading it.
 */
export async function graphOperations(job: Job): Promise<number> {
  let operations = 0;
  const unable = () => Promise.reject(new Error('only counted'));
  const count = async (outputs: Readonly<Record<string, Tensor>>) => {
    operations = productsOf(Object.values(outputs));
    const release = async () => undefined;
    const session = { provider: 'cpu', inputs: new Map(), run: unable, runKeeping: unable, release } as const;
    return owned(session, release);
  };
  await prepareJob(job, Object.assign(count, { keepsTensors: false, activationBytes: Number.POSITIVE_INFINITY }));
  // Larger jobs run the graph several times.
  return job.kind === 'predict' ? operations * Math.ceil(job.clips / job.batch) : operations;
}

function productsOf(outputs: readonly Tensor[]): number {
  const inner = ({ operator, inputs, attributes }: Node) =>
    inputs[0]!.shape.at(operator === 'Gemm' && attributes.transA === 1 ? 0 : -1)!;
  return topologicalOrder(outputs)
    .filter(({ operator }) => operator === 'MatMul' || operator === 'Gemm')
    .reduce((sum, node) => sum + 2 * elementCount(node.outputs[0]!.shape) * inner(node), 0);
}
