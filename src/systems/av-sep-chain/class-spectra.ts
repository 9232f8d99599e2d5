// A bound that learns no separation: the picture's class by a linear probe, and the mean spectra of the classes as a Wiener
// gain. Classes are those of the training clips; nothing else in this system looks at them.
// Shapes: B clips, P pictures, C classes, W the width of a picture's feature.

import { plainPass } from '../../data/intake.ts';
import { add, divide, linear, matMul, reshape, slice, softmax, subtract } from '../../graph/functions.ts';
import type { Tensor } from '../../graph/tensor.ts';
import type { ParameterSpecification, ParameterValues } from '../../model/parameters.ts';
import type { Weights } from '../../model/vit.ts';
import type { TrainingClips } from '../system.ts';

export type ClassSpectraSize = {
  readonly labels: readonly string[];
  /** W. */
  readonly width: number;
  readonly bands: number;
};

/** The pass whose rows are clips one by one: `visual` [W] and `spectrum` [bands], the share of energy in each band. */
export const spectraPass = 'spectra';

/** They are given before training; none where there are no two classes. */
export function classSpectraParameters({ labels, width, bands }: ClassSpectraSize): [string, ParameterSpecification][] {
  if (labels.length < 2) return [];
  const zeros = (shape: readonly number[]): ParameterSpecification => ({
    ...{ shape, initialisation: { kind: 'value', value: 0 } },
  });
  return [
    ['bound.probe.weight', zeros([labels.length, width])],
    ['bound.probe.bias', zeros([labels.length])],
    ['bound.spectra', zeros([labels.length, bands])],
  ];
}

export function isBound(parameter: string): boolean {
  return parameter.startsWith('bound.');
}

/** The mask [B, bands] by the class of the first picture, and by that of the second where there is one. */
export function classSpectraMask(visual: Tensor, weights: Weights, { labels, width }: ClassSpectraSize): Tensor {
  const [clips, pictures] = [visual.shape[0]!, visual.shape[1]! / width];
  const classes = softmax(
    linear(reshape(visual, [clips, pictures, width]), weights('bound.probe.weight'), weights('bound.probe.bias')),
  );
  const shares = (place: number) => reshape(slice(classes, 1, place, place + 1), [clips, labels.length]);
  const target = shares(0);
  const other = pictures > 1 ? shares(1) : divide(subtract(1, target), labels.length - 1);
  const [wanted, rest] = [target, other].map((of) => matMul(of, weights('bound.spectra'))) as [Tensor, Tensor];
  return divide(wanted, add(add(wanted, rest), 1e-9));
}

/** Values of the parameters by the training clips. */
export async function firstClassSpectra({ walk }: TrainingClips, size: ClassSpectraSize): Promise<ParameterValues> {
  const { labels, width, bands } = size;
  if (labels.length < 2) return new Map();
  const clips: ProbedClip[] = [];
  const spectra = new Float32Array(labels.length * bands);
  for await (const { rows, arrays } of walk(plainPass(spectraPass)))
    for (const [index, { target }] of rows.entries()) {
      const label = labels.indexOf(target as string);
      if (label < 0) continue;
      clips.push({ label, visual: (arrays.visual as Float32Array).slice(index * width, (index + 1) * width) });
      const spectrum = (arrays.spectrum as Float32Array).subarray(index * bands, (index + 1) * bands);
      for (const [band, share] of spectrum.entries()) spectra[label * bands + band]! += share;
    }
  if (clips.length === 0) return new Map();
  for (const [label] of labels.entries()) {
    const count = clips.filter((clip) => clip.label === label).length;
    for (let band = 0; band < bands; band++) spectra[label * bands + band]! /= Math.max(1, count);
  }
  return new Map([...probe(clips, size), ['bound.spectra', spectra]]);
}

type ProbedClip = { readonly label: number; readonly visual: Float32Array };

/** On the weights of the probe, whose features have length 1 on average. */
const ridge = 0.1;
/** Of the probe's scores, which are near 0 and 1. */
const sharpness = 10;

/** A ridge regression from standardised features to the classes; centre and scale go into its weights. */
function probe(clips: readonly ProbedClip[], { labels, width }: ClassSpectraSize): [string, Float32Array][] {
  const meanOf = (of: (visual: Float32Array, i: number) => number) =>
    Float64Array.from({ length: width }, (_, i) => {
      return clips.reduce((sum, { visual }) => sum + of(visual, i), 0) / clips.length;
    });
  const centre = meanOf((visual, i) => visual[i]!);
  const scale = meanOf((visual, i) => (visual[i]! - centre[i]!) ** 2).map((v) => 1 / Math.sqrt(v * width + 1e-12));
  const rows = clips.map(({ visual }) => Float64Array.from(visual, (value, i) => (value - centre[i]!) * scale[i]!));
  const weight = new Float32Array(labels.length * width);
  const bias = new Float32Array(labels.length);
  for (const [label] of labels.entries()) {
    const share = clips.filter((clip) => clip.label === label).length / clips.length;
    const wanted = new Float64Array(width);
    for (const [index, row] of rows.entries())
      for (let i = 0; i < width; i++) wanted[i]! += row[i]! * (Number(clips[index]!.label === label) - share);
    const solved = ridgeSolution(rows, wanted, ridge);
    const scaled = solved.map((value, i) => sharpness * value * scale[i]!);
    weight.set(scaled, label * width);
    bias[label] = sharpness * share - dot(scaled, centre);
  }
  return [
    ['bound.probe.weight', weight],
    ['bound.probe.bias', bias],
  ];
}

/** Solves (X' X + ridge) w = b by conjugate gradients (Hestenes and Stiefel 1952). @param rows of X. */
function ridgeSolution(rows: readonly Float64Array[], b: Float64Array, ridge: number): Float64Array {
  const solution = new Float64Array(b.length);
  const residual = b.slice();
  let direction = b.slice();
  let error = dot(residual, residual);
  for (let step = 0; step < 100 && error > 1e-10; step++) {
    const product = direction.map((value) => ridge * value);
    for (const row of rows) {
      const factor = dot(row, direction);
      for (let i = 0; i < b.length; i++) product[i]! += factor * row[i]!;
    }
    const length = error / dot(direction, product);
    for (let i = 0; i < b.length; i++) {
      solution[i]! += length * direction[i]!;
      residual[i]! -= length * product[i]!;
    }
    const before = error;
    error = dot(residual, residual);
    direction = direction.map((value, i) => residual[i]! + (error / before) * value);
  }
  return solution;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
