import { describe, expect, test } from 'vitest';
import { differentiate } from '../../graph/differentiate.ts';
import { interpret } from '../../graph/interpret.ts';
import { type DetectSettings, detectModel } from './detect.ts';
import { reconstructModel } from './reconstruct.ts';
import { build, drawn, tinyNetwork, tinyReconstruct } from './tiny-network.test-data.ts';

const isOfCritic = (parameter: string) => parameter.includes('_critic.');
const half = [1, 0, 0, 1, 1, 0];
const reconstruction = { visible: half, mix_video: [0.2, 0.5, 0.9], mix_audio: [0.3, 0.8, 0.1], real: [1, 1, 1] };
const detection = { label: [1, 0, 1], counted: [1, 1, 1], slice_label: [1, -1, 0, 0, -1, 1] };

/** For each part of the model, the gradient along a drawn direction of all its parameters, and the central difference. */
function compareAlong(
  { parameters, losses, feeds }: ReturnType<typeof build>,
  aim: string,
  isMine: (parameter: string) => boolean,
) {
  const mine = [...parameters].filter(([name]) => isMine(name));
  const tensors = mine.map(([, tensor]) => tensor);
  const scalar = losses.aims[aim]!;
  const gradients = interpret(differentiate(scalar, tensors), feeds);
  const directions = mine.map(([name, { shape }]) => drawn(`direction ${name}`, shape));
  const partOf = (name: string) => name.split('.')[0]!;
  return [...new Set(mine.map(([name]) => partOf(name)))].map((part) => {
    const places = [...mine.keys()].filter((i) => partOf(mine[i]![0]) === part);
    const lossAt = (shift: number) => {
      const shifted = new Map(feeds);
      for (const i of places) {
        const point = Float64Array.from(feeds.get(tensors[i]!)!);
        shifted.set(
          tensors[i]!,
          point.map((value, k) => value + shift * directions[i]![k]!),
        );
      }
      return interpret([scalar], shifted)[0]![0]!;
    };
    const step = 1e-5;
    const along = places.reduce(
      (sum, i) => gradients[i]!.reduce((before, value, k) => before + value * directions[i]![k]!, sum),
      0,
    );
    return { part, along, difference: (lossAt(step) - lossAt(-step)) / (2 * step) };
  });
}

function expectAgreement(compared: ReturnType<typeof compareAlong>) {
  for (const { part, along, difference } of compared)
    expect(Math.abs(along - difference), part).toBeLessThan(1e-8 + 1e-6 * Math.abs(difference));
}

describe('gradients of stage 1 agree with central differences in double precision', () => {
  test("the network's, with normalised targets and critics", () => {
    const built = build(reconstructModel(tinyNetwork, tinyReconstruct), reconstruction);
    const compared = compareAlong(built, 'network', (name) => !isOfCritic(name));
    expect(compared.map(({ part }) => part)).toEqual([
      'video_encoder',
      'audio_encoder',
      'a2v',
      'v2a',
      'video_decoder',
      'audio_decoder',
    ]);
    expectAgreement(compared);
  });

  test("the critics', through the gradient of the penalty", () => {
    const built = build(reconstructModel(tinyNetwork, tinyReconstruct), reconstruction);
    const compared = compareAlong(built, 'critic', isOfCritic);
    expect(compared.map(({ part }) => part)).toEqual(['video_critic', 'audio_critic']);
    expectAgreement(compared);
  });

  test('without class token and critics there is one aim', () => {
    const network = { ...tinyNetwork, audio: { ...tinyNetwork.audio, classToken: false } };
    const weights = { ...tinyReconstruct.weights, adversarial: 0 };
    const model = reconstructModel(network, { ...tinyReconstruct, weights });
    const built = build(model, reconstruction);
    expect(Object.keys(built.losses.aims)).toEqual(['network']);
    expect([...model.parameters.keys()].filter((name) => isOfCritic(name) || name.includes('cls_token'))).toEqual([]);
    expectAgreement(compareAlong(built, 'network', (name) => name.startsWith('audio_encoder')));
  });
});

describe('gradients of stage 2 agree with central differences in double precision', () => {
  test.each<[string, DetectSettings['head']]>([
    ['slices', { kind: 'slices', width: 4, sliceWeight: 0.5 }],
    ['tokens', { kind: 'tokens', width: 4, dropout: 0.5 }],
  ])('with the head %s', (_, head) => {
    const keep = [2, 0, 2, 0, 0, 2, 2, 0, 2, 2, 0, 0];
    const built = build(detectModel(tinyNetwork, { head, headRate: 1, trains: 'all' }), {
      ...detection,
      keep_1: keep,
      keep_2: keep,
    });
    expectAgreement(compareAlong(built, 'network', () => true));
  });
});
