// Which picture goes with which sound, and in what order: settled by the seed and the epoch before anything is loaded.
import { groupBy } from '../../data/dataset.ts';
import type { Row } from '../../data/intake.ts';
import { DuetError } from '../../errors.ts';
import { createRandom, type Random } from '../../random.ts';

/** What a row should teach: class indices, `backgroundLabel` for background. */
export type MaAvtTarget = {
  /** Of the pair. */
  readonly label: number;
  /** What the picture and the sound show by themselves. */
  readonly picture: number;
  readonly sound: number;
};

/** A usable clip of a split; `classIndex` is backgroundLabel for one that shows no event as it is. */
export type LabelledClip = { readonly id: string; readonly classIndex: number };

/** A picture and a sound. */
export type PairRow = Row & { readonly clips: readonly [string, string]; readonly target: MaAvtTarget };

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
): PairRow[] {
  const others = backgroundProbability > 0 ? soundsOfOtherClasses(clips) : undefined;
  return createRandom('order', seed, epoch)
    .shuffle(clips)
    .map((clip) => {
      const random = createRandom('background', seed, epoch, clip.id);
      if (others && random.uniform() < backgroundProbability) return mismatched(clip, others(clip, random));
      return matched(clip);
    });
}

/** Every clip once, as it is, in the order given. */
export function planEvaluation(clips: readonly LabelledClip[]): PairRow[] {
  return clips.map(matched);
}

/** Every clip's picture with the sound of a clip of another class. Throws DuetError when there is only one class. */
export function planMismatched(clips: readonly LabelledClip[], seed: number): PairRow[] {
  const others = soundsOfOtherClasses(clips);
  return clips.map((clip) => {
    return mismatched(clip, others(clip, createRandom('mismatched', seed, clip.id)));
  });
}

function matched({ id, classIndex }: LabelledClip): PairRow {
  return { clips: [id, id], target: { label: classIndex, picture: classIndex, sound: classIndex } };
}

function mismatched(picture: LabelledClip, sound: LabelledClip): PairRow {
  return {
    clips: [picture.id, sound.id],
    target: { label: backgroundLabel, picture: picture.classIndex, sound: sound.classIndex },
  };
}

/** A uniform draw among the clips of all other classes, without listing them again for each clip. */
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
