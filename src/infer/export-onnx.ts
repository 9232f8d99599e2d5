// A model with its adapter, its backbone and what comes before it as one ONNX file that any ONNX Runtime can run.
import { type EncodedGraph, encodeOnnx } from '../graph/encode-onnx.ts';
import { frozenWeights } from '../model/frozen-weights.ts';
import type { Model, Tensors } from '../model/model.ts';
import { type ParameterValues, parameterConstants, weightsFrom } from '../model/parameters.ts';
import type { Backbone } from '../weights/backbone.ts';

export type ExportedModel = {
  /** A folded model, and the values of its parameters. */
  readonly model: Model;
  readonly values: ParameterValues;
  readonly backbone: Pick<Backbone, 'weights'>;
  /** What the model takes, computed from the file's own inputs. */
  readonly inputs: Tensors;
  readonly extras: readonly string[];
  /** The file's outputs, from the model's answers. */
  outputs(answers: Tensors): Tensors;
  readonly metadata: Readonly<Record<string, string>>;
};

/** The graph from the file's inputs to its outputs. */
export function exportModel({
  model,
  values,
  backbone,
  inputs,
  extras,
  outputs,
  metadata,
}: ExportedModel): EncodedGraph {
  const trained = weightsFrom(parameterConstants(model.parameters, values, 'adapter'));
  return encodeOnnx(outputs(model.answers(inputs, frozenWeights(backbone.weights), trained, extras)), { metadata });
}
