// Which clips are mixed, and whose picture tells the target: settled by seed and epoch before anything is loaded.
import { groupBy } from '../../data/dataset.ts';
import type { Row } from '../../data/intake.ts';
import { DuetError } from '../../errors.ts';
import { createRandom, type Random } from '../../random.ts';

/** Target, interferer, and the clips whose pictures stand for them. */
export type MixtureRow = Row & {
  readonly clips: readonly [target: string, interferer: string, ofTarget: string, ofInterferer: string];
  readonly target: {
    /** How much louder the target is than the interferer, in decibels. */
    readonly ratio: number;
    /** Whether what is in view makes no sound here. */
    readonly silent: boolean;
  };
};

export type MixtureOptions = {
  /** Ratios are drawn between minus and plus this, in decibels. */
  readonly ratioRange: number;
  /** `within the class`: the picture of a drawn clip of the target's class, so that pictures are not learnt by heart. */
  readonly pictures: 'own' | 'within the class';
  /** Mixtures of an epoch in which each clip is the target. */
  readonly perClip: number;
  /** Share of rows in which what is in view is silent, 0 to 1. */
  readonly silentShare: number;
};

/** `label`: what mixes only with others, a class or a speaker. */
type Clip = { readonly id: string; readonly label: string };

/** Every clip as target so many times, in a seeded order, each time mixed with a clip of another class. */
export function planTrainingMixtures(
  clips: readonly Clip[],
  seed: number,
  epoch: number,
  options: MixtureOptions,
): MixtureRow[] {
  const partners = partnersOf(clips);
  return Array.from({ length: options.perClip }).flatMap((_, round) =>
    createRandom('mixture order', seed, epoch, round)
      .shuffle(clips)
      .map((clip) => {
        const random = createRandom('mixture', seed, epoch, clip.id, round);
        const interferer = partners.other(clip, random);
        const pictureOf = (one: Clip) => (options.pictures === 'own' ? one : partners.same(one, random)).id;
        const ratio = drawnRatio(options.ratioRange, random);
        return {
          clips: [clip.id, interferer.id, pictureOf(clip), pictureOf(interferer)],
          target: { ratio, silent: random.uniform() < options.silentShare },
        };
      }),
  );
}

/**
 * Every clip once as target, in the order given, in each round always with the same clip of another class.
 * @param round counted from 0.
 * @param isMisled whether their pictures are exchanged, which must mislead a network that looks.
 */
export function planFixedMixtures(
  clips: readonly Clip[],
  ratioRange: number,
  round: number,
  isMisled: boolean,
): MixtureRow[] {
  const partners = partnersOf(clips);
  return clips.map((clip) => {
    const random = createRandom('fixed mixture', clip.id, round);
    const interferer = partners.other(clip, random).id;
    const ratio = drawnRatio(ratioRange, random);
    const pictures = isMisled ? ([interferer, clip.id] as const) : ([clip.id, interferer] as const);
    return { clips: [clip.id, interferer, ...pictures], target: { ratio, silent: false } };
  });
}

function drawnRatio(range: number, random: Random): number {
  return range * (2 * random.uniform() - 1);
}

/** Draws clips of another class, or of the same; where all are of one class, any other clip is another. */
function partnersOf(clips: readonly Clip[]) {
  if (clips.length < 2)
    throw new DuetError('Mixtures need two clips at least in each split; add clips, or move some between the splits.');
  const classes = groupBy(clips, ({ label }) => label);
  const draw = (candidates: readonly Clip[], random: Random) => candidates[random.integer(candidates.length)]!;
  const others = new Map(
    [...classes.keys()].map((label) => [label, clips.filter((clip) => clip.label !== label)] as const),
  );
  return {
    same: (clip: Clip, random: Random) => draw(classes.get(clip.label)!, random),
    other: (clip: Clip, random: Random) =>
      draw(classes.size > 1 ? others.get(clip.label)! : clips.filter(({ id }) => id !== clip.id), random),
  };
}
