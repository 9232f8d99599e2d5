// MA-AVT as one ONNX file: from pixels and samples to probabilities and maps.
import type { InputSettings } from '../../data/settings.ts';
import type { EncodedGraph } from '../../graph/encode-onnx.ts';
import * as f from '../../graph/functions.ts';
import { input, type Tensor } from '../../graph/tensor.ts';
import { exportModel } from '../../infer/export-onnx.ts';
import { frontEndGraph } from '../../infer/front-end-graph.ts';
import { pixelsToImages } from '../../infer/pixels-graph.ts';
import type { Model } from '../../model/model.ts';
import type { ParameterValues } from '../../model/parameters.ts';
import { mapTensors } from '../../model/passage.ts';
import { frontEnds } from '../../signal/front-ends.ts';
import type { Backbone } from '../../weights/backbone.ts';
import { maps } from './model.ts';

export type ExportOptions = {
  /** Folded, with the values of its parameters. */
  readonly model: Model;
  readonly tensors: ParameterValues;
  readonly classes: readonly string[];
  readonly inputs: InputSettings;
  /** A window is background where its background probability is above this. */
  readonly threshold: number;
  readonly backbone: Backbone;
};

/**
 * The whole way from pixels and samples to answers as one graph.
 *
 * Inputs: `pixels`, uint8 [1, height, width, 3], the frame at the middle of the window, resized to the model's size;
 * `waveform`, float32 [1, samples], one channel at the front end's rate, as long as its window (see the file's
 * metadata). Outputs: `probabilities` [1, K]; `background_probability` [1], if the model has one; `visual_attention`
 * and `audio_attention`, [1, rows, columns], each summing to one, and so `visual_evidence` and `audio_evidence`. A
 * model of one modality has only that one's input and map.
 */
export function exportGraph({ model, tensors, classes, inputs, threshold, backbone }: ExportOptions): EncodedGraph {
  const [height, width] = backbone.config.inputSize;
  const { sampleRate, seconds } = frontEnds[inputs.frontEnd];
  const samples = Math.round(sampleRate * seconds);
  const grid = (map: Tensor) =>
    f.reshape(map, [1, height / backbone.config.patchSize, width / backbone.config.patchSize]);
  return exportModel({
    ...{ model, values: tensors, backbone, extras: maps },
    inputs: {
      images: pixelsToImages(input('pixels', [1, height, width, 3], 'uint8'), inputs),
      spectrograms: frontEndGraph(input('waveform', [1, samples]), inputs.frontEnd, [height, width]),
    },
    outputs: ({ class_logits, background_logits, ...ofPatches }) => ({
      probabilities: f.softmax(class_logits!),
      ...(background_logits && { background_probability: f.sigmoid(background_logits) }),
      ...mapTensors(ofPatches, grid),
    }),
    metadata: {
      classes: JSON.stringify(classes),
      background_threshold: String(threshold),
      front_end: inputs.frontEnd,
      sample_rate: String(sampleRate),
      window_seconds: String(seconds),
      image_size: JSON.stringify([height, width]),
      resize_filter: inputs.resizeFilter,
    },
  });
}
