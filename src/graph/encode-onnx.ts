// A graph as an ONNX file: the one place that knows the format.
import { create, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import {
  AttributeProto_AttributeType,
  AttributeProtoSchema,
  GraphProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
  OperatorSetIdProtoSchema,
  StringStringEntryProtoSchema,
  TensorProto_DataLocation,
  TensorProtoSchema,
  TensorShapeProto_DimensionSchema,
  TensorShapeProtoSchema,
  TypeProto_TensorSchema,
  TypeProtoSchema,
  ValueInfoProtoSchema,
} from 'onnx-buf';
import { topologicalOrder } from './differentiate.ts';
import { elementTypeNumbers, type OperatorName, operatorRule } from './operators.ts';
import { type Attributes, constant, elementCount, type Node, type Tensor } from './tensor.ts';

const irVersion = 10n;
/** By domain; the empty one is ONNX's own. */
const opsets = new Map([
  ['', 21n],
  ['com.microsoft', 1n],
]);

/** A graph ready to run: ONNX bytes and the types of what goes in and comes out. */
export type EncodedGraph = {
  readonly bytes: Uint8Array;
  readonly inputs: ReadonlyMap<string, Tensor>;
  readonly outputs: ReadonlyMap<string, Tensor>;
  /** The folder of the files in which some constants were left. */
  readonly folder?: string | undefined;
};

/** What goes into the ONNX file beside the graph. */
export type EncodeOptions = {
  /** Key and value pairs kept in the file's metadata. */
  readonly metadata?: Readonly<Record<string, string>>;
  /**
   * Whether constants that lie in files are left there, for a runtime that can map them. All must be in one folder;
   * others are copied.
   */
  readonly linkStored?: boolean;
};

/**
 * Writes the part of the graph that the outputs need as an ONNX model (opset 21).
 * @param outputs tensors by the names that they get in the file.
 * @throws when two different inputs share a name or when the file would pass protobuf's limit of 2 GB.
 */
export function encodeOnnx(outputs: Readonly<Record<string, Tensor>>, options: EncodeOptions = {}): EncodedGraph {
  const { metadata = {}, linkStored = false } = options;
  const results = Object.entries(outputs);
  const nodes = topologicalOrder(results.map(([, tensor]) => tensor));
  const used = new Set<Tensor>([...results.map(([, tensor]) => tensor), ...nodes.flatMap((node) => node.inputs)]);
  const names = new Map<Tensor, string>();
  const inputs = new Map<string, Tensor>();
  const initializers = new Map<string, Tensor>();
  const constantsByValue = new Map<string, string>();
  let folder: string | undefined;
  const isLinked = ({ source }: Tensor): boolean => {
    if (!linkStored || source.kind !== 'constant' || !source.stored) return false;
    folder ??= source.stored.folder;
    return source.stored.folder === folder;
  };

  const nameOfConstant = (tensor: Tensor, wish: string | undefined): string => {
    const small =
      elementCount(tensor.shape) <= 16 ? `${tensor.elementType}[${tensor.shape}]${bytesOf(tensor).join()}` : undefined;
    const known = small && constantsByValue.get(small);
    if (known) return known;
    const name = wish ?? `constant_${initializers.size}`;
    if (initializers.has(name)) throw new Error(`encodeOnnx: two constants are named ${name}`);
    initializers.set(name, tensor);
    if (small) constantsByValue.set(small, name);
    return name;
  };
  const nameOf = (tensor: Tensor): string => {
    const known = names.get(tensor);
    if (known !== undefined) return known;
    const { source } = tensor;
    let name: string;
    if (source.kind === 'input') {
      name = source.name;
      if (inputs.has(name)) throw new Error(`encodeOnnx: two inputs are named ${name}`);
      inputs.set(name, tensor);
    } else if (source.kind === 'constant') name = nameOfConstant(tensor, source.name);
    else name = `value_${names.size}`;
    names.set(tensor, name);
    return name;
  };

  const nodeProtos = nodes.map((node, index) => {
    const rule = operatorRule(node.operator as OperatorName);
    const extra = (rule.constantInputs ?? []).map((attribute) => {
      const values = node.attributes[attribute] as readonly number[];
      return nameOf(constant(BigInt64Array.from(values, BigInt), [values.length]));
    });
    return create(NodeProtoSchema, {
      name: `${node.operator}_${index}`,
      opType: node.operator,
      domain: rule.domain ?? '',
      input: [...node.inputs.map(nameOf), ...extra],
      output: outputNames(node, used, nameOf),
      attribute: encodeAttributes(node.attributes, rule.attributes ?? {}),
    });
  });
  // Named results are copies, so that one tensor may have two names and an input may be a result.
  for (const [name, tensor] of results)
    nodeProtos.push(
      create(NodeProtoSchema, { name: `result_${name}`, opType: 'Identity', input: [nameOf(tensor)], output: [name] }),
    );

  const constants = [...initializers].flatMap(([name, tensor]) =>
    field(GraphProtoSchema.field.initializer, encodeConstant(name, tensor, isLinked(tensor))),
  );
  const size = lengthOf(constants);
  if (size > 2_000_000_000)
    throw new Error(`encodeOnnx: ${size} bytes of constants pass the 2 GB limit of an ONNX file`);
  const model = (fields: MessageInitShape<typeof ModelProtoSchema>) =>
    toBinary(ModelProtoSchema, create(ModelProtoSchema, fields));
  const graph = (fields: MessageInitShape<typeof GraphProtoSchema>) =>
    toBinary(GraphProtoSchema, create(GraphProtoSchema, fields));
  const bytes = joined([
    model({ irVersion, producerName: 'duet' }),
    ...field(ModelProtoSchema.field.graph, [
      graph({ node: nodeProtos, name: 'duet' }),
      ...constants,
      graph({
        input: [...inputs].map(([name, tensor]) => valueInfo(name, tensor)),
        output: results.map(([name, tensor]) => valueInfo(name, tensor)),
      }),
    ]),
    model({
      opsetImport: [...opsets].flatMap(([domain, version]) =>
        domain === '' || nodeProtos.some((node) => node.domain === domain)
          ? create(OperatorSetIdProtoSchema, { domain, version })
          : [],
      ),
      metadataProps: Object.entries(metadata).map(([key, value]) =>
        create(StringStringEntryProtoSchema, { key, value }),
      ),
    }),
  ]);
  return { bytes, inputs, outputs: new Map(results), folder };
}

// A message is its fields one after another, so that what is large can be put between what protobuf's writer gives,
// which would copy it once for each message around it and whenever its buffer grows.

function field({ number }: { readonly number: number }, parts: readonly Uint8Array[]): Uint8Array[] {
  const start = new BinaryWriter().tag(number, WireType.LengthDelimited).uint32(lengthOf(parts)).finish();
  return [start, ...parts];
}

function lengthOf(parts: readonly Uint8Array[]): number {
  return parts.reduce((length, part) => length + part.byteLength, 0);
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(lengthOf(parts));
  let position = 0;
  for (const part of parts) {
    whole.set(part, position);
    position += part.byteLength;
  }
  return whole;
}

/** A tensor's message in parts. */
function encodeConstant(name: string, tensor: Tensor, linked: boolean): Uint8Array[] {
  const { shape, elementType, source } = tensor;
  const fields = { name, dims: shape.map(BigInt), dataType: elementTypeNumbers[elementType] };
  const message = (all: MessageInitShape<typeof TensorProtoSchema>) =>
    toBinary(TensorProtoSchema, create(TensorProtoSchema, all));
  if (!linked || source.kind !== 'constant' || !source.stored)
    return [message(fields), ...field(TensorProtoSchema.field.rawData, [bytesOf(tensor)])];
  const { file, offset } = source.stored;
  const place = {
    location: file,
    offset: String(offset),
    length: String(elementCount(shape) * Float32Array.BYTES_PER_ELEMENT),
  };
  const externalData = Object.entries(place).map(([key, value]) =>
    create(StringStringEntryProtoSchema, { key, value }),
  );
  return [message({ ...fields, externalData, dataLocation: TensorProto_DataLocation.EXTERNAL })];
}

/**
 * Outputs that nobody uses are left out at the end and nameless in the middle, as ONNX asks for optional outputs; the
 * first is not one.
 */
function outputNames(node: Node, used: ReadonlySet<Tensor>, nameOf: (tensor: Tensor) => string): string[] {
  const optional = node.operator === 'LayerNormalization';
  const names = node.outputs.map((output, index) =>
    index === 0 || used.has(output) || !optional ? nameOf(output) : '',
  );
  while (names.at(-1) === '') names.pop();
  return names;
}

function encodeAttributes(attributes: Attributes, kinds: Readonly<Record<string, string>>) {
  return Object.entries(kinds).map(([name, kind]) => {
    const value = attributes[name];
    if (kind === 'int')
      return create(AttributeProtoSchema, { name, type: AttributeProto_AttributeType.INT, i: BigInt(value as number) });
    if (kind === 'float')
      return create(AttributeProtoSchema, { name, type: AttributeProto_AttributeType.FLOAT, f: value as number });
    if (kind === 'ints')
      return create(AttributeProtoSchema, {
        name,
        type: AttributeProto_AttributeType.INTS,
        ints: (value as readonly number[]).map(BigInt),
      });
    return create(AttributeProtoSchema, {
      name,
      type: AttributeProto_AttributeType.STRING,
      s: new TextEncoder().encode(value as string),
    });
  });
}

function valueInfo(name: string, { shape, elementType }: Tensor) {
  const dim = shape.map((length) =>
    create(TensorShapeProto_DimensionSchema, { value: { case: 'dimValue', value: BigInt(length) } }),
  );
  const value = create(TypeProto_TensorSchema, {
    elemType: elementTypeNumbers[elementType],
    shape: create(TensorShapeProtoSchema, { dim }),
  });
  return create(ValueInfoProtoSchema, {
    name,
    type: create(TypeProtoSchema, { value: { case: 'tensorType', value } }),
  });
}

function bytesOf(tensor: Tensor): Uint8Array {
  if (tensor.source.kind !== 'constant') throw new Error('not a constant');
  const { buffer, byteOffset, byteLength } = tensor.source.data;
  if (byteLength === 0 && elementCount(tensor.shape) > 0) throw new Error('encodeOnnx: a constant lost its data');
  return new Uint8Array(buffer, byteOffset, byteLength);
}
