// Small convolutional nets on picture and sound, trained from nothing: three layers each, as many a textbook has them
// (after LeCun et al. 1998, "Gradient-based learning applied to document recognition", section 2), with instance
// normalisation (Ulyanov et al. 2016, arXiv 1607.08022), without which a new voice or another level is another input.
// Shapes: B clips, S the width of a stem's feature.
import {
  add,
  averagePool,
  convolve,
  layerNormalization,
  maxPool,
  mean,
  multiply,
  relu,
  reshape,
  subtract,
} from '../../graph/functions.ts';
import { filled, type Tensor } from '../../graph/tensor.ts';
import type { Tensors } from '../../model/model.ts';
import type { ParameterSpecification } from '../../model/parameters.ts';
import { type Weights, within } from '../../model/vit.ts';
import { type Modality, modalitiesOf, type PresentModalities } from './modalities.ts';
import type { MaAvtConfig } from './settings.ts';

const channels = [16, 32, 64] as const;
/** Layers that are followed by max pooling; after the last it made the learning slow. */
const pooling = 2;
const kernel = 3;
const normEpsilon = 1e-3;

/** About how many places a stem sees of a picture's sides, and of a spectrogram's frequency and time. */
const places = { picture: 28, frequency: 37, time: 28 } as const;

export function hasStems({ stems }: Pick<MaAvtConfig, 'stems'>): boolean {
  return stems === 'beside' || stems === 'alone';
}

/** What each modality's stem says of a clip, [B, S]. @param inputs as the model's. */
export function stemFeatures(inputs: Tensors, trained: Weights, config: MaAvtConfig): PresentModalities {
  const taken = modalitiesOf(config);
  const of = (modality: Modality, maps: Tensor | undefined, prepared = (small: Tensor) => small) =>
    taken.includes(modality)
      ? stem(prepared(averagePool(maps!, windowsOf(modality, config))), within(trained, `${modality}_stem`))
      : undefined;
  return {
    visual: of('visual', inputs.images),
    audio: of('audio', inputs.spectrograms, (small) => withoutBandMeans(small, config)),
  };
}

/**
 * Each band of frequency less its mean over time, by which steady noise, a room and a voice's own colour are much alike
 * (cepstral mean normalisation, Atal 1974; here before the transform to cepstra, which is linear).
 */
function withoutBandMeans(spectrograms: Tensor, { frequencyAxis = 'rows' }: MaAvtConfig): Tensor {
  return subtract(spectrograms, mean(spectrograms, [frequencyAxis === 'rows' ? 3 : 2], true));
}

/** Maps [B, channels, rows, columns] to [B, S]. */
function stem(maps: Tensor, weights: Weights): Tensor {
  const last = channels.reduce<Tensor>((x, _, layer) => {
    const layered = convolved(x, within(weights, String(layer)));
    return layer < pooling ? pooled(layered) : layered;
  }, maps);
  return reshape(last, [last.shape[0]!, last.shape.slice(1).reduce((product, length) => product * length, 1)]);
}

/** A layer: convolution, each channel of each clip to mean 0 and deviation 1, scale and shift, ReLU. */
function convolved(x: Tensor, weights: Weights): Tensor {
  const maps = convolve(x, weights('kernels'), undefined, { padding: [1, 1] });
  const [clips, count, rows, columns] = maps.shape as [number, number, number, number];
  const [one, zero] = [1, 0].map((value) => filled(value, [rows * columns], 'float32')) as [Tensor, Tensor];
  const normalised = layerNormalization(reshape(maps, [clips * count, rows * columns]), one, zero, normEpsilon);
  return relu(add(multiply(reshape(normalised, maps.shape), weights('scale')), weights('shift')));
}

/** Halves both sides, as far as they can be. */
function pooled(x: Tensor): Tensor {
  const [rows, columns] = x.shape.slice(2).map((length) => Math.min(2, length)) as [number, number];
  return maxPool(x, [rows, columns]);
}

/** Cells of the input that are one place of what the stem sees, down and across. */
function windowsOf(modality: Modality, { vit, frequencyAxis = 'rows' }: MaAvtConfig): [number, number] {
  const { picture, frequency, time } = places;
  const inTime = frequencyAxis === 'rows' ? [frequency, time] : [time, frequency];
  const [down, across] = modality === 'visual' ? [picture, picture] : inTime;
  return [[vit.inputSize[0], down!] as const, [vit.inputSize[1], across!] as const].map(([side, wished]) =>
    Math.max(1, Math.round(side / wished)),
  ) as [number, number];
}

/** S: the last layer's maps as one vector. A dense layer after them learned far more slowly, and less. */
export function stemWidth(config: MaAvtConfig, modality: Modality): number {
  const windows = windowsOf(modality, config);
  const sides = config.vit.inputSize.map((side, axis) => halved(Math.floor(side / windows[axis]!), pooling));
  return sides.reduce((product, side) => product * side, channels.at(-1)!);
}

function halved(length: number, times: number): number {
  return times === 0 ? length : halved(length < 2 ? length : Math.floor(length / 2), times - 1);
}

/** Parameters of the stems, in a fixed order. */
export function stemParameters(config: MaAvtConfig): [string, ParameterSpecification][] {
  if (!hasStems(config)) return [];
  return modalitiesOf(config).flatMap((modality) =>
    channels.flatMap((count, layer): [string, ParameterSpecification][] => {
      const name = `${modality}_stem.${layer}`;
      const inputs = layer === 0 ? (modality === 'visual' ? 3 : 1) : channels[layer - 1]!;
      const deviation = Math.sqrt(2 / (inputs * kernel ** 2));
      return [
        [`${name}.kernels`, { shape: [count, inputs, kernel, kernel], initialisation: normal(deviation) }],
        [`${name}.scale`, { shape: [1, count, 1, 1], initialisation: { kind: 'value', value: 1 } }],
        [`${name}.shift`, { shape: [1, count, 1, 1], initialisation: { kind: 'value', value: 0 } }],
      ];
    }),
  );
}

/** He et al. 2015, arXiv 1502.01852, equation 10. */
function normal(deviation: number) {
  return { kind: 'normal', deviation } as const;
}
