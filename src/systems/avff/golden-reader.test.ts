import { describe, expect, test } from 'vitest';
import { type NamedTensor, writeSafetensors } from '../../files/safetensors.ts';
import { fromFloat32, fromInt32 } from '../../files/tensor-values.ts';
import { detectModel } from './detect.ts';
import { readGoldenRun } from './golden.ts';
import { clips, drawn, tinyNetwork } from './tiny-network.test-data.ts';

const { video, audio, layerNormEpsilon } = tinyNetwork;
const config = {
  ...{ system: 'avff', stage: 2, batch: clips, frames: video.frames, imageSize: video.imageSize },
  ...{ videoPatch: video.patch, audioFrames: audio.frames, melBins: audio.melBins, audioPatch: audio.patch },
  ...{ slices: 2, dim: 8, depth: 1, heads: 2, fusionHeads: 2, audioClassToken: true, layerNormEpsilon },
  ...{ head: 'tokens', headDim: 4, learningRate: 1e-4, headLearningRate: 1e-3 },
};
const model = detectModel(tinyNetwork, {
  ...{ head: { kind: 'tokens', width: 4, dropout: 0 }, headRate: 10, trains: 'all' },
});

/** A run with the head `tokens`, whose layers that read a side are called otherwise. */
function file(rename: (parameter: string) => string): Map<string, NamedTensor> {
  const values = (name: string, shape: readonly number[]) => fromFloat32(Float32Array.from(drawn(name, shape)), shape);
  return new Map([
    ...[...model.parameters].map(([name, { shape }]) => [`param.${rename(name)}`, values(name, shape)] as const),
    ['input.video', values('video', [clips, 3, video.frames, video.imageSize, video.imageSize])],
    ['input.audio', values('audio', [clips, audio.frames, audio.melBins])],
    ['input.label', fromInt32(Int32Array.of(1, 0, 1), [clips])],
  ]);
}
const read = (tensors: Map<string, NamedTensor>, of: object = config) =>
  readGoldenRun(writeSafetensors(tensors, { config: JSON.stringify(of) }), 'run.safetensors');

describe('a reference run', () => {
  test('with the head of tokens has no labels of slices, and the head learns faster', () => {
    const run = read(file((name) => name));
    expect(Object.keys(run.batch.targets)).toEqual(['counted', 'label']);
    expect(run.model.parameters.get('head.fc3.weight')).toMatchObject({ shape: [2, 4], rate: 10 });
    expect(run.answerInFile('logits')).toBe('output.logit');
  });

  test('may call the layer that reads a side by another name', () => {
    const run = read(file((name) => name.replace('.video.reduce', '.mlp_video')));
    expect(run.nameInFile('head.video.reduce.bias')).toBe('head.mlp_video.bias');
    expect(run.parameters.get('head.video.reduce.weight')).toEqual(
      Float32Array.from(drawn('head.video.reduce.weight', [4, 8])),
    );
  });

  test('of another system, or without a part, is refused in a sentence', () => {
    expect(() =>
      read(
        file((name) => name),
        { img: 32 },
      ),
    ).toThrow(/^The configuration in the metadata of run.safetensors is not as expected/);
    const tensors = file((name) => name);
    tensors.delete('input.label');
    expect(() => read(tensors)).toThrow("run.safetensors: the tensor 'input.label' is missing; record the run again");
  });
});
