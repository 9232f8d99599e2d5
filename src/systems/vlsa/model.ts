// VLSA (Mo et al. 2024, arXiv 2405.07202): one transformer over video, words and sound, trained to rebuild what is
// masked of each and to tell which sound belongs to which video and words.
// Shapes: B clips, V frames, I patches of a frame, k of them seen, P values of a patch, S words, D channels.
import { concat, divide, l2Normalise, mean, multiply, sum } from '../../graph/functions.ts';
import type { Tensor } from '../../graph/tensor.ts';
import type { Model, Stage, Tensors } from '../../model/model.ts';
import type { Weights } from '../../model/vit.ts';
import { patchErrors, type RebuiltPatches, rebuildPatches, rebuildWords, wordErrors } from './decoder.ts';
import { encodeTogether, pooled } from './encoder.ts';
import { contrast, matched, matchingLoss, matchPairs } from './matching.ts';
import { type Modality, modalities, patchedSides, patchGrid, type VlsaNetwork } from './network.ts';
import { vlsaParameters } from './parameters.ts';
import type { VlsaSettings } from './settings.ts';
import { average, total } from './sums.ts';
import { patchTokens, wordTokens } from './tokens.ts';

/**
 * Inputs of a clip: `video` [V I, P] and `audio` [I, P], patches row by row; `visible_video` [V, k] and `visible_audio`
 * [1, k], numbers of the patches seen within their frame; `words`, `masked_words` [S], numbers of pieces before and
 * after masking; `shown_words` [S], 1 for pieces and 0 for padding; `hidden_words` [S], 1 where they are to be found.
 * Targets: `counted`, 0 for clips that only fill the batch; `video_pairs` and `text_pairs` [2, 3], see matchPairs.
 * Answers: unit vectors `video_vector`, `text_vector`, `audio_vector` and `both_vector` (video and sound together) [B, D],
 * each from all that there is; the extra `rebuilt` gives what the decoder makes of what masking leaves: `rebuilt_video`, `rebuilt_audio` [B, V I, P]
 * and `rebuilt_words` [B, S, vocabulary].
 */
export function vlsaModel(network: VlsaNetwork, settings: VlsaSettings): Model {
  const [video, audio] = [patchGrid('video', network), patchGrid('audio', network)];
  const words = [network.text.length];
  return {
    parameters: vlsaParameters(network, settings),
    inputs: {
      video: [video.frames * video.patches, video.values],
      audio: [audio.patches, audio.values],
      visible_video: [video.frames, video.visible],
      visible_audio: [1, audio.visible],
      words,
      masked_words: words,
      shown_words: words,
      hidden_words: words,
    },
    targets: { counted: [], video_pairs: [2, 3], text_pairs: [2, 3] },
    encode: (inputs, _, trained) => encodeClips(inputs, trained, network, settings).features,
    losses(encoded, targets, trained) {
      const counted = targets.counted!;
      const local = {
        video: average(encoded.errors_video!, counted),
        text: divide(
          sum(multiply(encoded.errors_text!, counted)),
          sum(multiply(sum(encoded.hidden_words!, [1]), counted)),
        ),
        audio: average(encoded.errors_audio!, counted),
      };
      const ofModalities = matched.map((modality) => {
        const pairs = matchPairs(modality, encoded, targets[`${modality}_pairs`]!, counted, trained, network, settings);
        return {
          contrastive: contrast(
            encoded.embedding_audio!,
            encoded[`embedding_${modality}`]!,
            counted,
            trained,
            settings,
          ),
          matching: matchingLoss(pairs, settings),
        };
      });
      const [localLoss, globalLoss] = [
        total(Object.values(local)),
        total(ofModalities.flatMap(({ contrastive, matching }) => [contrastive, matching])),
      ];
      return {
        aims: { network: total([localLoss, multiply(globalLoss, settings.globalWeight)]) },
        logged: {
          local: localLoss,
          ...Object.fromEntries(modalities.map((modality) => [`local.${modality}`, local[modality]])),
          global: globalLoss,
          ...Object.fromEntries(
            matched.flatMap((modality, i) =>
              Object.entries(ofModalities[i]!).map(([name, loss]) => [`global.${modality}.${name}`, loss]),
            ),
          ),
        },
      };
    },
    answers(inputs, _, trained, extras) {
      const tokens = allTokens(inputs, trained, network);
      const shown = inputs.shown_words!;
      const alone = (modality: Modality) => {
        const encoded = encodeTogether({ [modality]: tokens[modality] }, shown, trained, network);
        return l2Normalise(pooled(modality, encoded[modality]!, shown));
      };
      const both = encodeTogether({ video: tokens.video, audio: tokens.audio }, shown, trained, network);
      return {
        ...Object.fromEntries(modalities.map((modality) => [`${modality}_vector`, alone(modality)])),
        both_vector: l2Normalise(mean(concat([both.video, both.audio], 1), [1])),
        ...(extras.includes('rebuilt') && encodeClips(inputs, trained, network, settings).rebuilt),
      };
    },
  };
}

/** Everything is trained at once. */
export function vlsaStage(network: VlsaNetwork, settings: VlsaSettings): Stage {
  return { name: 'pretrain', model: vlsaModel(network, settings), on: 'clips', trains: () => true };
}

type PerModality = Readonly<Record<Modality, Tensor>>;

/** Tokens of all patches and words. */
function allTokens(inputs: Tensors, trained: Weights, network: VlsaNetwork): PerModality {
  return {
    video: patchTokens('video', inputs.video!, undefined, trained, network),
    text: wordTokens(inputs.words!, trained, network),
    audio: patchTokens('audio', inputs.audio!, undefined, trained, network),
  };
}

/** Tokens of what masking leaves. */
function maskedTokens(inputs: Tensors, trained: Weights, network: VlsaNetwork): PerModality {
  return {
    video: patchTokens('video', inputs.video!, inputs.visible_video!, trained, network),
    text: wordTokens(inputs.masked_words!, trained, network),
    audio: patchTokens('audio', inputs.audio!, inputs.visible_audio!, trained, network),
  };
}

/** What the losses read, and what the decoder made. */
function encodeClips(
  inputs: Tensors,
  trained: Weights,
  network: VlsaNetwork,
  { pass, globalInputs, matching, ...settings }: VlsaSettings,
): { readonly features: Tensors; readonly rebuilt: Tensors } {
  const shown = inputs.shown_words!;
  const masked = maskedTokens(inputs, trained, network);
  const joint = encodeTogether(masked, shown, trained, network);
  const [video, audio] = patchedSides.map((side) =>
    rebuildPatches(side, joint[side], inputs[`visible_${side}`]!, trained, network),
  ) as [RebuiltPatches, RebuiltPatches];
  const logits = rebuildWords(joint.text, shown, trained, network);

  const compared = globalInputs === 'masked' ? masked : allTokens(inputs, trained, network);
  const encoded = (modality: Modality) =>
    pass === 'joint'
      ? joint[modality]
      : encodeTogether({ [modality]: compared[modality] }, shown, trained, network)[modality]!;
  const each = (prefix: string, tensor: (modality: Modality) => Tensor) =>
    Object.fromEntries(modalities.map((modality) => [`${prefix}_${modality}`, tensor(modality)]));
  const whole = matching === 'cross' ? allTokens(inputs, trained, network) : undefined;
  return {
    features: {
      ...each('embedding', (modality) => pooled(modality, encoded(modality), shown)),
      errors_video: patchErrors(video, inputs.video!, settings),
      errors_audio: patchErrors(audio, inputs.audio!, settings),
      errors_text: wordErrors(logits, inputs.words!, inputs.hidden_words!),
      hidden_words: inputs.hidden_words!,
      ...(whole && { ...each('tokens', (modality) => whole[modality]), shown_words: shown }),
    },
    rebuilt: { rebuilt_video: video.patches, rebuilt_audio: audio.patches, rebuilt_words: logits },
  };
}
