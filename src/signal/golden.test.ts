// Agreement with Pillow, librosa and torchaudio on the golden files beside the repository.
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { frontEnds } from './front-ends.ts';
import { kaldiFilterBank } from './kaldi-filter-bank.ts';
import type { Matrix } from './matrix.ts';
import type { Picture } from './picture.ts';
import { resize } from './resize.ts';
import type { ResizeFilter } from './resize-weights.ts';

const folder = new URL('../../../shared/golden/', import.meta.url);
const absent = !existsSync(folder);

type Tensor = { readonly shape: readonly number[]; readonly bytes: Buffer };

function readTensors(name: string): Map<string, Tensor> {
  const file = readFileSync(new URL(name, folder));
  const dataStart = 8 + Number(file.readBigUInt64LE(0));
  const header = JSON.parse(file.toString('utf8', 8, dataStart)) as Record<
    string,
    { shape: number[]; data_offsets: [number, number] }
  >;
  delete header.__metadata__;
  return new Map(
    Object.entries(header).map(
      ([
        key,
        {
          shape,
          data_offsets: [start, end],
        },
      ]) => [key, { shape, bytes: file.subarray(dataStart + start, dataStart + end) }],
    ),
  );
}

function floats(tensor: Tensor | undefined): Float32Array {
  if (!tensor) throw new Error('The golden file lacks a tensor.');
  return new Float32Array(new Uint8Array(tensor.bytes).buffer);
}

describe.skipIf(absent)('resize', () => {
  const tensors = absent ? new Map<string, Tensor>() : readTensors('pillow-resize.safetensors');
  const cases = [...tensors.keys()].flatMap((key) => {
    const [, source, filter, width, height] = /^(.+)\.(bicubic|bilinear)\.(\d+)x(\d+)$/.exec(key) ?? [];
    return source
      ? [{ key, source, filter: filter as ResizeFilter, width: Number(width), height: Number(height) }]
      : [];
  });

  test('covers all sixteen golden pictures', () => expect(cases).toHaveLength(16));

  test.each(cases)('equals Pillow in every byte: $key', ({ key, source, filter, width, height }) => {
    const input = tensors.get(`${source}.input`) as Tensor;
    const picture: Picture = { height: input.shape[0]!, width: input.shape[1]!, data: new Uint8Array(input.bytes) };
    const resized = resize(picture, width, height, filter);
    expect([resized.height, resized.width, 3]).toEqual(tensors.get(key)?.shape);
    expect(Buffer.compare(resized.data, tensors.get(key)?.bytes as Buffer)).toBe(0);
  });
});

describe.skipIf(absent)('sound front ends', () => {
  const tensors = absent ? new Map<string, Tensor>() : readTensors('audio-front-ends.safetensors');

  /** The largest difference as a part of the expected values' range. */
  function expectClose(actual: Matrix, key: string, tolerance: number) {
    expect([actual.rows, actual.columns]).toEqual(tensors.get(key)?.shape);
    const expected = floats(tensors.get(key));
    const scale = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const worst =
      expected.reduce((most, value, index) => Math.max(most, Math.abs(value - actual.values[index]!)), 0) / scale;
    expect(worst).toBeLessThan(tolerance);
  }

  // The golden spectrograms are standardised already, so these compare the whole front end.
  test.each([
    { name: 'vggsound', waveform: 'vggsound.waveform_16k' },
    { name: 'cremad', waveform: 'cremad.waveform_22k' },
  ] as const)('$name spectrogram equals the reference', ({ name, waveform }) => {
    const { sampleRate, spectrogram } = frontEnds[name];
    const values = Float64Array.from(spectrogram({ samples: floats(tensors.get(waveform)), sampleRate }));
    expectClose({ rows: 224, columns: 224, values }, `${name}.log_stft`, 1e-5);
  });

  test.each([
    { key: 'kaldi.fbank_224x4.4ms', change: {} },
    { key: 'kaldi.fbank_128x10ms', change: { melBins: 128, hop: 160 } },
  ])('Kaldi filter bank equals torchaudio: $key', ({ key, change }) => {
    const { analysis } = frontEnds.ave;
    if (analysis.kind !== 'kaldi') throw new Error('wrong kind');
    const actual = kaldiFilterBank(floats(tensors.get('kaldi.waveform_16k')), { ...analysis.settings, ...change });
    expectClose(actual, key, 2e-4);
  });
});
