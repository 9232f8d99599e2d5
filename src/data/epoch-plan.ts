// Which picture goes with which sound, and in what order: settled by the seed and the epoch before anything is loaded.
import { DuetError } from '../errors.ts';
import { createRandom, type Random } from '../random/random.ts';
import type { BatchItem, CachedClip } from './batch.ts';
import { groupBy } from './dataset.ts';

/** A usable clip of a split; `classIndex` is backgroundLabel for one that shows no event as it is. */
export type LabelledClip = CachedClip & { readonly classIndex: number };

/**
 * The label of a pair whose picture and sound show no event together: of different classes, or background as they are.
 */
export const backgroundLabel = -1;

/** Every clip once, in a seeded order; each becomes a background pair with the given probability. */
export function planTraining(
  clips: readonly LabelledClip[],
  seed: number,
  epoch: number,
  backgroundProbability: number,
): BatchItem[] {
  const others = backgroundProbability > 0 ? soundsOfOtherClasses(clips) : undefined;
  return createRandom('order', seed, epoch)
    .shuffle(clips)
    .map((clip) => {
      const random = createRandom('background', seed, epoch, clip.id);
      if (others && random.uniform() < backgroundProbability)
        return { picture: clip, sound: others(clip, random), label: backgroundLabel };
      return matched(clip);
    });
}

/** Every clip once, as it is, in the order given. */
export function planEvaluation(clips: readonly LabelledClip[]): BatchItem[] {
  return clips.map(matched);
}

/** Every clip's picture with the sound of a clip of another class. Throws DuetError when there is only one class. */
export function planMismatched(clips: readonly LabelledClip[], seed: number): BatchItem[] {
  const others = soundsOfOtherClasses(clips);
  return clips.map((clip) => {
    const sound = others(clip, createRandom('mismatched', seed, clip.id));
    return { picture: clip, sound, label: backgroundLabel };
  });
}

function matched(clip: LabelledClip): BatchItem {
  return { picture: clip, sound: clip, label: clip.classIndex };
}

/** A uniform draw among the clips of all other classes, without listing them anew for each clip. */
function soundsOfOtherClasses(clips: readonly LabelledClip[]): (clip: LabelledClip, random: Random) => LabelledClip {
  const groups = [...groupBy(clips, (clip) => String(clip.classIndex)).values()];
  if (groups.length < 2)
    throw new DuetError(
      'Background pairs need sounds of another class, but all usable clips are of one class; add another.',
    );
  // Clips class by class: skipping one class's block leaves all others.
  const sorted = groups.flat();
  const blocks = new Map<number, { start: number; length: number }>();
  let start = 0;
  for (const group of groups) {
    blocks.set(group[0]!.classIndex, { start, length: group.length });
    start += group.length;
  }
  return (clip, random) => {
    const own = blocks.get(clip.classIndex)!;
    const drawn = random.integer(sorted.length - own.length);
    return sorted[drawn < own.start ? drawn : drawn + own.length]!;
  };
}

/** Consecutive groups of `size`; the last may be smaller. */
export function* chunks<Item>(items: readonly Item[], size: number): Generator<readonly Item[]> {
  for (let start = 0; start < items.length; start += size) yield items.slice(start, start + size);
}

/**
 * The batch size at which as few batches as `most` allows are nearly equal: a small last one would learn from few
 * negatives.
 */
export function evenBatchSize(count: number, most: number): number {
  return Math.ceil(count / Math.max(1, Math.ceil(count / most)));
}
