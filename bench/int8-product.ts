// One product of matrices in eight bits on ONNX Runtime, for what this CPU can do at best: not how Duet computes.
import { create, toBinary } from '@bufbuild/protobuf';
import {
  GraphProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
  OperatorSetIdProtoSchema,
  TensorProtoSchema,
  ValueInfoProtoSchema,
} from 'onnx-buf';
import * as ort from 'onnxruntime-node';
import type { Job, Run } from './protocol.ts';

const types = { uint8: 2, int8: 3, int32: 6, int64: 7 } as const;

/** uint8 [rows, inner] x constant int8 [inner, columns], of which one row is handed out. */
export async function openInt8Product(
  { rows, inner, columns }: Extract<Job, { kind: 'product' }>,
  threads: number,
): Promise<Run> {
  const constant = (name: string, dataType: number, dims: readonly number[], rawData: Uint8Array<ArrayBuffer>) =>
    create(TensorProtoSchema, { name, dataType, dims: dims.map(BigInt), rawData });
  const value = (name: string, elemType: number, shape: readonly number[]) =>
    create(ValueInfoProtoSchema, {
      name,
      type: {
        value: {
          case: 'tensorType',
          value: {
            elemType,
            shape: { dim: shape.map((size) => ({ value: { case: 'dimValue' as const, value: BigInt(size) } })) },
          },
        },
      },
    });
  const weights = new Uint8Array(inner * columns).map((_, index) => index % 127);
  const model = create(ModelProtoSchema, {
    irVersion: 10n,
    opsetImport: [create(OperatorSetIdProtoSchema, { domain: '', version: 21n })],
    graph: create(GraphProtoSchema, {
      name: 'product',
      node: [
        create(NodeProtoSchema, { opType: 'MatMulInteger', input: ['x', 'w'], output: ['y'] }),
        create(NodeProtoSchema, { opType: 'Gather', input: ['y', 'first'], output: ['row'] }),
      ],
      initializer: [
        constant('w', types.int8, [inner, columns], weights),
        constant('first', types.int64, [], new Uint8Array(8)),
      ],
      input: [value('x', types.uint8, [rows, inner])],
      output: [value('row', types.int32, [columns])],
    }),
  });
  const session = await ort.InferenceSession.create(toBinary(ModelProtoSchema, model), {
    ...{ intraOpNumThreads: threads, interOpNumThreads: 1, graphOptimizationLevel: 'all', logSeverityLevel: 3 },
  });
  const x = new ort.Tensor('uint8', new Uint8Array(rows * inner).fill(3), [rows, inner]);
  return async () => {
    await session.run({ x });
    return undefined;
  };
}
