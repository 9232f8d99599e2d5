// What is left of a model's answers when a modality is missing, or is another clip's.

import { sigmoid } from '../../infer/decision.ts';
import { backgroundLabel } from './epoch-plan.ts';

/** Shares of the pairs of a picture with the sound of another class's clip; they sum to one. */
export type SwappedShares = {
  /** Said to be what the picture shows. */
  readonly picture: number;
  /** Said to be what sounds. */
  readonly sound: number;
  /** Said to be background. */
  readonly background: number;
  readonly other: number;
};

export type Robustness = {
  /** Accuracy, 0 to 1, with a plain picture in place of each. */
  readonly pictureMissing: number;
  /** Accuracy, 0 to 1, with silence in place of each sound. */
  readonly soundMissing: number;
  /** Share of clips that are said to be background though they are none; undefined without a background head. */
  readonly falseAlarms: number | undefined;
  /** Undefined where all clips are of one class. */
  readonly swapped: SwappedShares | undefined;
};

export type SwappedAnswer = {
  readonly id: string;
  readonly soundId: string;
  /** The best class. */
  readonly predicted: number;
  readonly backgroundLogit: number | undefined;
};

/** What pairs are taken for. Pairs with a clip that is background as it is tell nothing and are left out. */
export function swappedShares(
  answers: readonly SwappedAnswer[],
  labels: ReadonlyMap<string, number>,
  backgroundThreshold: number,
): SwappedShares | undefined {
  const counts = { picture: 0, sound: 0, background: 0, other: 0 };
  let pairs = 0;
  for (const { id, soundId, predicted, backgroundLogit } of answers) {
    const [picture, sound] = [labels.get(id), labels.get(soundId)];
    if (picture === backgroundLabel || sound === backgroundLabel) continue;
    pairs++;
    if (backgroundLogit !== undefined && sigmoid(backgroundLogit) > backgroundThreshold) counts.background++;
    else counts[predicted === picture ? 'picture' : predicted === sound ? 'sound' : 'other']++;
  }
  const share = (count: number) => count / pairs;
  const { picture, sound, background, other } = counts;
  return pairs === 0
    ? undefined
    : { picture: share(picture), sound: share(sound), background: share(background), other: share(other) };
}
