// The light localiser as one ONNX file: from the pictures and spectrograms of a chunk to scored segments in seconds.
import type { EncodedGraph } from '../../graph/encode-onnx.ts';
import * as f from '../../graph/functions.ts';
import { constant, input, type Tensor } from '../../graph/tensor.ts';
import { exportModel } from '../../infer/export-onnx.ts';
import { pixelsToImages } from '../../infer/pixels-graph.ts';
import { frozenWeights } from '../../model/frozen-weights.ts';
import type { Model } from '../../model/model.ts';
import type { ParameterValues } from '../../model/parameters.ts';
import { pictureRows, soundRows } from '../../model/row-encoder.ts';
import type { Backbone } from '../../weights/backbone.ts';
import { type NetworkConfig, strideOf } from './config.ts';
import type { RowInputSettings } from './row-inputs.ts';
import { gridOf, secondsOf } from './seconds.ts';

export type LocaliserExport = {
  readonly model: Model;
  readonly values: ParameterValues;
  readonly labels: readonly string[];
  readonly config: NetworkConfig;
  /** Rows of a chunk, T. */
  readonly length: number;
  readonly inputs: RowInputSettings;
  readonly backbone: Backbone;
};

/**
 * Inputs: `pixels`, uint8 [T, height, width, 3], a frame for each row, resized to the model's size; `spectrograms`,
 * [T, 1, height, width], as `row-inputs.ts` makes them; `mask`, [1, T], 1 where the clip has a row; `present`, [1, 2],
 * whether it has picture and sound. Outputs for each sense S that was trained: `S.scores`, [1, P, K], and `S.segments`,
 * [1, P, K, 2], start and end in seconds from the chunk's beginning. Overlapping segments are still to be suppressed,
 * and a class's least score is in `S.thresholds`, [1, K].
 */
export function exportLocaliser(options: LocaliserExport): EncodedGraph {
  const { model, values, labels, config, length, inputs, backbone } = options;
  const [height, width] = backbone.config.inputSize;
  const frozen = frozenWeights(backbone.weights);
  const pictures = pixelsToImages(input('pixels', [length, height, width, 3], 'uint8'), inputs);
  const sounds = input('spectrograms', [length, 1, height, width]);
  const ofChunk = (rows: Tensor) => f.reshape(rows, [1, ...rows.shape]);
  const { times, strides } = points(config, length, inputs.rate);
  return exportModel({
    ...{ model, values, backbone, extras: [] },
    inputs: {
      visual: ofChunk(pictureRows(pictures, frozen, backbone.config)),
      audio: ofChunk(soundRows(sounds, frozen, backbone.config)),
      mask: input('mask', [1, length]),
      present: input('present', [1, 2]),
    },
    outputs: (answers) =>
      Object.fromEntries(
        Object.keys(config.tasks).flatMap((task) => {
          const distances = f.multiply(answers[`${task}.offsets`]!, strides);
          return [
            [`${task}.scores`, f.sigmoid(answers[`${task}.logits`]!)],
            [`${task}.segments`, f.add(times, distances)],
            [`${task}.thresholds`, answers[`${task}.thresholds`]!],
          ] as const;
        }),
      ),
    metadata: {
      classes: JSON.stringify(labels),
      rows_per_second: String(inputs.rate),
      rows: String(length),
      image_size: JSON.stringify([height, width]),
      resize_filter: inputs.resizeFilter,
    },
  });
}

/** Of every point its second, [P, 1, 1], and what its distances to start and end are multiplied by, [P, 1, 2]. */
function points({ ranges }: NetworkConfig, length: number, rate: number) {
  const grid = gridOf(rate);
  const all = ranges.flatMap((_, level) => {
    const stride = strideOf(level);
    return Array.from({ length: length / stride }, (__, i) => ({
      time: secondsOf(i * stride, grid),
      stride: stride * grid.stride,
    }));
  });
  return {
    times: constant(Float32Array.from(all.map(({ time }) => time)), [all.length, 1, 1]),
    strides: constant(Float32Array.from(all.flatMap(({ stride }) => [-stride, stride])), [all.length, 1, 2]),
  };
}
