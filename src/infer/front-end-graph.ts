// The sound front ends as graphs, for exports that take a waveform. In double precision, as src/signal computes them:
// the logarithm would otherwise blow up what single precision leaves of the quiet bins.
import * as f from '../graph/functions.ts';
import { constant, filled, type Tensor } from '../graph/tensor.ts';
import { kaldiMatrices, stftMatrices } from '../signal/front-end-matrices.ts';
import { type Analysis, type FrontEndName, frontEnds, type MapNormalisation } from '../signal/front-ends.ts';
import type { Matrix } from '../signal/matrix.ts';
import { resizeMatrix } from '../signal/resize-map.ts';

/**
 * A waveform [1, samples], as long as the front end hears and at its rate, to the normalised spectrogram [1, 1, height,
 * width].
 */
export function frontEndGraph(
  waveform: Tensor,
  name: FrontEndName,
  [height, width]: readonly [number, number],
): Tensor {
  const { analysis, normalisation, height: rows, width: columns } = frontEnds[name];
  const samples = f.cast(f.reshape(waveform, [waveform.shape[1]!]), 'float64');
  const map = padRows(normalise(analyse(samples, analysis), normalisation), rows);
  const tall = height === rows ? map : f.matMul(matrixConstant(resizeMatrix(rows, height)), map);
  const resized =
    width === columns ? tall : f.matMul(tall, f.transpose(matrixConstant(resizeMatrix(columns, width)), [1, 0]));
  return f.cast(f.reshape(resized, [1, 1, height, width]), 'float32');
}

function analyse(samples: Tensor, analysis: Analysis): Tensor {
  if (analysis.kind === 'stft') {
    const { cosine, sine, hop, padding, floor } = stftMatrices(analysis.settings);
    const zeros = filled(0, [padding], 'float64');
    const frames = framed(f.concat([zeros, samples, zeros], 0), cosine.columns, hop); // [time, fftSize]
    const part = (wave: Matrix) => f.matMul(matrixConstant(wave), f.transpose(frames, [1, 0]));
    const [real, imaginary] = [part(cosine), part(sine)];
    return f.log(f.add(f.sqrt(f.add(f.multiply(real, real), f.multiply(imaginary, imaginary))), floor)); // [frequency, time]
  }
  const { spectrum, melBank, frameLength, hop, floor } = kaldiMatrices(analysis.settings);
  const parts = f.matMul(framed(samples, frameLength, hop), f.transpose(matrixConstant(spectrum), [1, 0]));
  const [real, imaginary] = f.split(f.multiply(parts, parts), 1, [spectrum.rows / 2, spectrum.rows / 2]);
  const energies = f.matMul(f.add(real!, imaginary!), f.transpose(matrixConstant(melBank), [1, 0]));
  return f.log(f.where(f.greater(energies, floor), energies, filled(floor, [], 'float64'))); // [time, mel]
}

function normalise(map: Tensor, normalisation: MapNormalisation): Tensor {
  if (normalisation.kind === 'fixed') return f.divide(f.subtract(map, normalisation.mean), 2 * normalisation.deviation);
  const centred = f.subtract(map, f.mean(map));
  const deviation = f.sqrt(f.mean(f.multiply(centred, centred)));
  return f.where(f.greater(normalisation.flatBelow, deviation), filled(0, [], 'float64'), f.divide(centred, deviation));
}

/** Frames of `length` samples every `hop`, [frames, length]. */
function framed(samples: Tensor, length: number, hop: number): Tensor {
  const frames = Math.floor((samples.shape[0]! - length) / hop) + 1;
  const indices = BigInt64Array.from({ length: frames * length }, (_, i) =>
    BigInt(Math.floor(i / length) * hop + (i % length)),
  );
  return f.gather(samples, constant(indices, [frames, length]));
}

function padRows(map: Tensor, rows: number): Tensor {
  const [present, columns] = map.shape as [number, number];
  return present === rows ? map : f.concat([map, filled(0, [rows - present, columns], 'float64')], 0);
}

function matrixConstant({ rows, columns, values }: Matrix): Tensor {
  return constant(values, [rows, columns]);
}
