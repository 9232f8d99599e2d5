// AVFF's stage 1 (Oorloff et al. 2024): without labels, on real videos, each side rebuilds the slices that it lacks from
// what the other side says of them.
// Shapes: B clips, S slices, N tokens of a clip, T tokens of a slice, P values of a patch, D channels.
import {
  add,
  divide,
  expand,
  l2Normalise,
  mean,
  multiply,
  reshape,
  sqrt,
  subtract,
  sum,
} from '../../graph/functions.ts';
import type { Tensor } from '../../graph/tensor.ts';
import { infoNce } from '../../model/losses.ts';
import type { Model, Stage, Tensors } from '../../model/model.ts';
import { type Weights, within } from '../../model/vit.ts';
import type { OptimisersOfAims } from '../../train/optimiser.ts';
import { criticLosses } from './critic.ts';
import { decode } from './decoder.ts';
import { type Encoded, encodeBoth } from './encoder.ts';
import { type AvffNetwork, type Side, sides, tokenSizes } from './network.ts';
import { criticParameters, type DecoderSize, decoderParameters, sharedParameters } from './parameters.ts';

export type ReconstructSettings = {
  readonly decoders: Readonly<Record<Side, DecoderSize>>;
  /** Whether a patch is rebuilt after its mean is taken off and its deviation made one. */
  readonly normaliseTargets: boolean;
  readonly temperature: number;
  /** Of the losses; without weight on the adversarial one there are no critics. */
  readonly weights: {
    readonly contrast: number;
    readonly reconstruction: number;
    readonly adversarial: number;
    readonly penalty: number;
  };
  /** Factor on the learning rate of the critics. */
  readonly criticRate: number;
};

/** The paper's weights, with MARLIN's decoder for the picture and one of AudioMAE's width for the sound. */
export const fullReconstruct: ReconstructSettings = {
  decoders: { video: { width: 384, depth: 4, heads: 6 }, audio: { width: 512, depth: 8, heads: 16 } },
  normaliseTargets: false,
  temperature: 0.1,
  weights: { contrast: 0.01, reconstruction: 1, adversarial: 0.1, penalty: 1 },
  criticRate: 1,
};

/**
 * Inputs: patches of both sides (`video`, `audio`: [N, P]) and `visible` [S], 1 where the picture is seen and the sound
 * is not. Targets: `real`, 1 for clips that are learnt from, 0 for fakes and padding; with
 * critics `mix_video` and `mix_audio`, 0 to 1.
 * Aims: `network`, and with critics `critic`.
 * Answers: `video_errors`, `audio_errors` [B, S], the mean square error of each slice as rebuilt under `visible`; the
 * extras `tokens`, `crossings`, `fused` and `rebuilt` are what leads there.
 */
export function reconstructModel(network: AvffNetwork, settings: ReconstructSettings): Model {
  const sizes = tokenSizes(network);
  const hasCritics = settings.weights.adversarial > 0;
  return {
    parameters: new Map([
      ...sharedParameters(network),
      ...sides.flatMap((side) => decoderParameters(side, network, settings.decoders[side])),
      ...(hasCritics ? sides.flatMap((side) => criticParameters(side, network, settings.criticRate)) : []),
    ]),
    inputs: {
      video: [sizes.video.tokens, sizes.video.values],
      audio: [sizes.audio.tokens, sizes.audio.values],
      visible: [network.slices],
    },
    targets: { real: [], ...(hasCritics && { mix_video: [], mix_audio: [] }) },
    encode(inputs, _, trained) {
      const { encoded, rebuilt } = rebuild(inputs, trained, network, settings);
      return {
        video_means: sliceMeans(encoded.video),
        audio_means: sliceMeans(encoded.audio),
        video_rebuilt: rebuilt.video,
        audio_rebuilt: rebuilt.audio,
        video_target: targetPatches(inputs.video!, settings),
        audio_target: targetPatches(inputs.audio!, settings),
        visible: inputs.visible!,
      };
    },
    losses: (encoded, targets, trained) => reconstructLosses(encoded, targets, trained, network, settings),
    answers(inputs, _, trained, extras) {
      const { encoded, fused, rebuilt } = rebuild(inputs, trained, network, settings);
      const asked = (extra: string, tensors: Tensors) => extras.includes(extra) && tensors;
      return {
        ...Object.fromEntries(
          sides.map((side) => [
            `${side}_errors`,
            sliceMeans(
              reshape(squaredErrors(rebuilt[side], targetPatches(inputs[side]!, settings)), [
                inputs.visible!.shape[0]!,
                network.slices,
                sizes[side].perSlice,
              ]),
            ),
          ]),
        ),
        ...asked('tokens', { video_tokens: encoded.video, audio_tokens: encoded.audio }),
        ...asked('crossings', { a2v: encoded.a2v, v2a: encoded.v2a }),
        ...asked('fused', { video_fused: fused.video, audio_fused: fused.audio }),
        ...asked('rebuilt', { video_rebuilt: rebuilt.video, audio_rebuilt: rebuilt.audio }),
      };
    },
  };
}

/** How the critics are trained where the networks are by AdamW (Gulrajani et al. 2017, algorithm 1). */
export const reconstructOptimisers: OptimisersOfAims = {
  critic: { kind: 'adam', beta1: 0.5, beta2: 0.9, weightDecay: 0 },
};

/** Stage 1 trains everything there is in it but positions that were given. */
export function reconstructStage(network: AvffNetwork, settings: ReconstructSettings): Stage {
  const model = reconstructModel(network, settings);
  return { name: 'reconstruct', model, on: 'clips', trains: (parameter) => !parameter.endsWith('.pos_embed') };
}

type PerSide = Readonly<Record<Side, Tensor>>;

/** Tokens, the same with hidden slices replaced by the other side's prediction, and patches [B, N, P] made of these. */
function rebuild(
  inputs: Tensors,
  trained: Weights,
  network: AvffNetwork,
  { decoders }: ReconstructSettings,
): { readonly encoded: Encoded; readonly fused: PerSide; readonly rebuilt: PerSide } {
  const encoded = encodeBoth({ video: inputs.video!, audio: inputs.audio! }, trained, network);
  const visible = reshape(inputs.visible!, [...inputs.visible!.shape, 1, 1]);
  const mixed = (share: Tensor, seen: Tensor, said: Tensor) =>
    add(multiply(share, seen), multiply(subtract(1, share), said));
  const fused = {
    video: mixed(visible, encoded.video, encoded.a2v),
    audio: mixed(subtract(1, visible), encoded.audio, encoded.v2a),
  };
  const decoded = (side: Side) => decode(side, fused[side], trained, network, decoders[side]);
  return { encoded, fused, rebuilt: { video: decoded('video'), audio: decoded('audio') } };
}

function reconstructLosses(
  encoded: Tensors,
  targets: Tensors,
  trained: Weights,
  network: AvffNetwork,
  { temperature, weights }: ReconstructSettings,
): ReturnType<Model['losses']> {
  const [clips, slices, width] = encoded.video_means!.shape as [number, number, number];
  const learnt = reshape(targets.real!, [clips, 1]);
  const visible = encoded.visible!;
  /** Ones for the tokens that a side has to rebuild, [B, N]. */
  const hidden = (side: Side) => {
    const ofSlices = multiply(side === 'video' ? subtract(1, visible) : visible, learnt);
    const { tokens, perSlice } = tokenSizes(network)[side];
    return reshape(expand(reshape(ofSlices, [clips, slices, 1]), [clips, slices, perSlice]), [clips, tokens]);
  };
  const unit = (means: Tensor) => l2Normalise(reshape(means, [clips * slices, width]));
  const contrast = infoNce(
    unit(encoded.video_means!),
    unit(encoded.audio_means!),
    temperature,
    reshape(expand(learnt, [clips, slices]), [clips * slices]),
  );
  const errorOf = (side: Side) => {
    const mask = hidden(side);
    const errors = squaredErrors(encoded[`${side}_rebuilt`]!, encoded[`${side}_target`]!);
    return divide(sum(multiply(mask, errors)), sum(mask));
  };
  const [video, audio] = [errorOf('video'), errorOf('audio')];
  const supervised = add(multiply(contrast, weights.contrast), multiply(add(video, audio), weights.reconstruction));
  if (weights.adversarial === 0) return { aims: { network: supervised }, logged: { contrast, video, audio } };
  const [ofVideo, ofAudio] = sides.map((side) =>
    criticLosses(
      encoded[`${side}_target`]!,
      encoded[`${side}_rebuilt`]!,
      hidden(side),
      targets[`mix_${side}`]!,
      within(trained, `${side}_critic`),
    ),
  ) as [ReturnType<typeof criticLosses>, ReturnType<typeof criticLosses>];
  const generator = add(ofVideo.generator, ofAudio.generator);
  const wasserstein = add(ofVideo.wasserstein, ofAudio.wasserstein);
  const penalty = add(ofVideo.penalty, ofAudio.penalty);
  return {
    aims: {
      network: add(supervised, multiply(generator, weights.adversarial)),
      critic: add(wasserstein, multiply(penalty, weights.penalty)),
    },
    logged: { contrast, video, audio, generator, wasserstein, penalty },
  };
}

/** Mean over the tokens of each slice: [B, S, T, ...] to [B, S, ...]. */
function sliceMeans(tokens: Tensor): Tensor {
  return mean(tokens, [2]);
}

/** Mean over a patch's values of the squared difference: [B, N, P] to [B, N]. */
function squaredErrors(rebuilt: Tensor, target: Tensor): Tensor {
  const difference = subtract(rebuilt, target);
  return mean(multiply(difference, difference), [-1]);
}

/** What is to be rebuilt: the patches themselves, or each with mean 0 and (unbiased) deviation 1. */
function targetPatches(patches: Tensor, { normaliseTargets }: ReconstructSettings): Tensor {
  if (!normaliseTargets) return patches;
  const values = patches.shape.at(-1)!;
  const centred = subtract(patches, mean(patches, [-1], true));
  const variance = divide(sum(multiply(centred, centred), [-1], true), values - 1);
  return divide(centred, sqrt(add(variance, 1e-6)));
}
