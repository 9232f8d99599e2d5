// Pairs of kept features: pictures and sounds meet only in the heads, so that any picture may be paired with any sound
// without running the backbone again.
import { groupBy } from '../../data/dataset.ts';
import { joinFloat32 } from '../../files/tensor-values.ts';
import type { Random } from '../../random.ts';
import type { Results } from '../../runtime/feeds.ts';
import type { StepBatch } from '../../train/step.ts';
import type { MaAvtTarget } from './epoch-plan.ts';
import { backgroundLabel } from './epoch-plan.ts';
import { type Modality, modalities } from './modalities.ts';
import type { MaAvtConfig } from './settings.ts';
import { backgroundTargets, classTargets, dropoutMasks } from './targets.ts';
import type { TrainingConfig } from './training-config.ts';

/** One picture's or one sound's features, by the names that the model gives them. */
export type OwnFeatures = { readonly label: number; readonly features: Results };
export type ClipFeatures = Readonly<Record<Modality, OwnFeatures>>;

/** A pair's features by what they are of, each with what its modality shows. */
export function clipFeatures({ picture, sound }: MaAvtTarget, features: Results): ClipFeatures {
  const own = (modality: Modality, label: number): OwnFeatures => ({
    label,
    features: Object.fromEntries(Object.entries(features).filter(([name]) => name.startsWith(modality))),
  });
  return { visual: own('visual', picture), audio: own('audio', sound) };
}

export type Pair = ClipFeatures & { readonly label: number };

/**
 * Pictures with the sound of a clip of their class, or of another class as often as training has background pairs.
 * Linear heads without background see each picture with its own sound: that they learn better from.
 */
export function drawPairs(
  clips: readonly ClipFeatures[],
  count: number,
  training: TrainingConfig,
  random: Random,
): Pair[] {
  const soundsOf = groupBy(
    clips.map(({ audio }) => audio),
    ({ label }) => String(label),
  );
  const labels = [...soundsOf.keys()];
  const background = training.model.background && labels.length > 1 ? training.backgroundProbability : 0;
  return Array.from({ length: count }, () => {
    const clip = clips[random.integer(clips.length)]!;
    const { visual } = clip;
    if (training.model.heads === 'paper' && background === 0) return { ...clip, label: visual.label };
    const isBackground = random.uniform() < background;
    const others = labels.filter((label) => label !== String(visual.label));
    const sounds = soundsOf.get(isBackground ? others[random.integer(others.length)]! : String(visual.label)) ?? [];
    // A sound of its class may be missing where only a mismatched one was drawn with it.
    const audio =
      sounds.length > 0 ? sounds[random.integer(sounds.length)]! : clips[random.integer(clips.length)]!.audio;
    return { visual, audio, label: audio.label === visual.label ? visual.label : backgroundLabel };
  });
}

/** The pairs as rows of a step on kept features. @param keys name the draw of what the heads do not see. */
export function pairRows(
  pairs: readonly Pair[],
  config: MaAvtConfig,
  { labelSmoothing, headDropout, seed }: TrainingConfig,
  ...keys: readonly (number | string)[]
): StepBatch {
  const stacked = modalities.flatMap((modality) =>
    Object.keys(pairs[0]![modality].features).map((name) => [
      name,
      joinFloat32(pairs.map((pair) => pair[modality].features[name]!)),
    ]),
  );
  const smoothed = (labels: readonly number[]) => classTargets(labels, config.classes, labelSmoothing);
  const labels = pairs.map(({ label }) => label);
  const masks = dropoutMasks(pairs.length, config, headDropout, seed, ...keys);
  return {
    inputs: Object.fromEntries(stacked),
    targets: {
      class_targets: smoothed(labels),
      background_targets: backgroundTargets(labels),
      picture_targets: smoothed(pairs.map(({ visual }) => visual.label)),
      sound_targets: smoothed(pairs.map(({ audio }) => audio.label)),
      visual_mask: masks.visual,
      audio_mask: masks.audio,
    },
  };
}
