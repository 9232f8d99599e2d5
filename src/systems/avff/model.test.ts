import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readSafetensors } from '../../files/safetensors.ts';
import { toFloat32 } from '../../files/tensor-values.ts';
import { differentiate } from '../../graph/differentiate.ts';
import { interpret } from '../../graph/interpret.ts';
import { input, type Tensor } from '../../graph/tensor.ts';
import { gridPositions, sequencePositions } from '../../model/sinusoidal-positions.ts';
import { criticLosses } from './critic.ts';
import { detectModel, detectStage, fullDetect } from './detect.ts';
import { fullNetwork, tokenSizes } from './network.ts';
import { fullReconstruct, reconstructModel } from './reconstruct.ts';
import { build, clips, drawn, tinyNetwork, tinyReconstruct } from './tiny-network.test-data.ts';

describe('sizes', () => {
  test('the full network has the tokens of the paper', () => {
    expect(tokenSizes(fullNetwork)).toEqual({
      video: { tokens: 1568, values: 1536, perSlice: 196 },
      audio: { tokens: 384, values: 256, perSlice: 48 },
    });
  });

  test('slices that do not hold whole patches are refused in a sentence', () => {
    expect(() => tokenSizes({ ...fullNetwork, slices: 5 })).toThrow(/video patches along time 8 is no multiple of 5/);
  });
});

describe('stage 1', () => {
  const model = reconstructModel(tinyNetwork, tinyReconstruct);
  const given = { visible: [1, 0, 0, 1, 1, 0], mix_video: [0.2, 0.5, 0.9], mix_audio: [0.3, 0.8, 0.1] };

  test('padding and fakes change no loss', () => {
    const built = build(model, { ...given, real: [1, 1, 0] });
    const scalars = [...Object.values(built.losses.aims), ...Object.values(built.losses.logged)];
    const before = interpret(scalars, built.feeds);
    const changed = new Map(built.feeds);
    for (const side of ['video', 'audio'] as const) {
      const values = Float64Array.from(changed.get(built.inputs[side]!)!);
      changed.set(built.inputs[side]!, values.fill(0.1, (values.length / clips) * 2));
    }
    changed.set(built.inputs.visible!, [1, 0, 0, 1, 0, 0]);
    expect(interpret(scalars, changed)).toEqual(before);
  });

  test('what a side hides is rebuilt from the other side alone', () => {
    // Slice 1 of the picture is hidden everywhere, so its pixels reach the answer through the encoder only; A2V's
    // answer for it is what the sound of that slice says.
    const built = build(model, { ...given, visible: [1, 0, 1, 0, 1, 0], real: [1, 1, 1] });
    const trained = (name: string) => built.parameters.get(name)!;
    const answers = model.answers(built.inputs, trained, trained, ['fused', 'crossings']);
    const [video, a2v] = interpret([answers.video_fused!, answers.a2v!], built.feeds);
    const perSlice = tokenSizes(tinyNetwork).video.perSlice * tinyNetwork.width;
    const slice = (values: Float64Array, index: number) => values.slice(index * perSlice, (index + 1) * perSlice);
    expect(slice(video!, 1)).toEqual(slice(a2v!, 1));
    expect(slice(video!, 0)).not.toEqual(slice(a2v!, 0));
  });

  test('the errors in the answers, over the hidden slices, are the reconstruction losses', () => {
    const built = build(model, { ...given, real: [1, 1, 1] });
    const { video, audio } = built.losses.logged;
    const [videoErrors, audioErrors, ofVideo, ofAudio] = interpret(
      [built.answers.video_errors!, built.answers.audio_errors!, video!, audio!],
      built.feeds,
    );
    const meanWhere = (errors: Float64Array, seen: number) => {
      const hidden = [...errors].filter((_, i) => given.visible[i] === seen);
      return hidden.reduce((sum, value) => sum + value, 0) / hidden.length;
    };
    expect(meanWhere(videoErrors!, 0)).toBeCloseTo(ofVideo![0]!, 12);
    expect(meanWhere(audioErrors!, 1)).toBeCloseTo(ofAudio![0]!, 12);
  });
});

describe('critics', () => {
  test('the penalty and its gradient equal the closed form with a slope of 1 or 0.01', () => {
    const [patches, values, hidden] = [4, 6, 3];
    const real = input('real', [1, patches, values]);
    const generated = input('generated', [1, patches, values]);
    const mask = input('mask', [1, patches]);
    const mix = input('mix', [1]);
    const weights = new Map([
      ['fc1.weight', input('fc1.weight', [hidden, values])],
      ['fc1.bias', input('fc1.bias', [hidden])],
      ['fc2.weight', input('fc2.weight', [1, hidden])],
      ['fc2.bias', input('fc2.bias', [1])],
    ]);
    const feeds = new Map<Tensor, ArrayLike<number>>(
      [real, generated, ...weights.values()].map((tensor, i) => [tensor, drawn(`critic ${i}`, tensor.shape)]),
    );
    feeds.set(mask, [1, 0, 1, 1]).set(mix, [0.3]);
    const { penalty } = criticLosses(real, generated, mask, mix, (name) => weights.get(name)!);
    const [found, gradient] = interpret([penalty, ...differentiate(penalty, [weights.get('fc2.weight')!])], feeds);
    const closedForm = (second: readonly number[]) => {
      const of = (tensor: Tensor) => feeds.get(tensor)!;
      const [first, bias] = [of(weights.get('fc1.weight')!), of(weights.get('fc1.bias')!)];
      let total = 0;
      for (const patch of [0, 2, 3]) {
        const x = Array.from({ length: values }, (_, i) => {
          const place = patch * values + i;
          return 0.3 * of(real)[place]! + 0.7 * of(generated)[place]!;
        });
        const slope = Array.from({ length: hidden }, (_, h) => {
          const sum = x.reduce((before, value, i) => before + value * first[h * values + i]!, bias[h]!);
          return (sum > 0 ? 1 : 0.01) * second[h]!;
        });
        const ofInput = x.map((_, i) => slope.reduce((sum, value, h) => sum + value * first[h * values + i]!, 0));
        total += (Math.hypot(...ofInput) - 1) ** 2;
      }
      return total / 3;
    };
    const second = [...drawn('critic 4', [1, hidden])];
    expect(found![0]).toBeCloseTo(closedForm(second), 8);
    for (const place of second.keys()) {
      const shifted = (by: number) => closedForm(second.with(place, second[place]! + by));
      expect(gradient![place]).toBeCloseTo((shifted(1e-5) - shifted(-1e-5)) / 2e-5, 7);
    }
  });
});

describe('stage 2', () => {
  test('a slice whose label is unknown, and padding, change no loss', () => {
    const model = detectModel(tinyNetwork, { ...fullDetect, head: { kind: 'slices', width: 4, sliceWeight: 0.5 } });
    const built = build(model, { label: [1, 0, 1], counted: [1, 1, 0], slice_label: [-1, -1, -1, -1, 1, 1] });
    const [slices, total, clip] = interpret(
      [built.losses.logged.slices!, built.losses.aims.network!, built.losses.logged.clip!],
      built.feeds,
    );
    expect(slices![0]).toBe(0);
    expect(total![0]).toBe(clip![0]);
  });

  test('the head alone is trained on kept features, everything on clips', () => {
    const ofHead = detectStage(tinyNetwork, { ...fullDetect, trains: 'head' });
    const trained = (stage: typeof ofHead) => [...stage.model.parameters.keys()].filter(stage.trains);
    expect([ofHead.on, trained(ofHead).every((name) => name.startsWith('head.'))]).toEqual(['kept features', true]);
    const all = detectStage(tinyNetwork, fullDetect);
    expect([all.on, trained(all).length]).toEqual(['clips', all.model.parameters.size]);
  });

  test('stage 2 takes over all that stage 1 shares: encoders, A2V and V2A', () => {
    const first = reconstructModel(fullNetwork, fullReconstruct).parameters;
    const shared = [...detectModel(fullNetwork, fullDetect).parameters].filter(([name]) => !name.startsWith('head.'));
    for (const [name, { shape }] of shared) expect(first.get(name)?.shape, name).toEqual(shape);
  });
});

const golden = '../shared/golden/systems/avff-stage1.safetensors';
describe.skipIf(!existsSync(golden))('positions', () => {
  test.each([
    ['video_positions', sequencePositions(64, 24)],
    ['video_decoder_positions', sequencePositions(64, 16)],
    ['audio_positions', gridPositions(8, 4, 24)],
    ['audio_decoder_positions', gridPositions(8, 4, 16)],
  ])("%s equal the reference run's", (name, table) => {
    const recorded = toFloat32(readSafetensors(readFileSync(golden), golden).tensors.get(`buffer.${name}`)!);
    expect(table.length).toBe(recorded.length);
    expect(Math.max(...table.map((value, i) => Math.abs(value - recorded[i]!)))).toBeLessThan(1e-6);
  });
});
