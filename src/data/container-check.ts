// Does a data set betray which of its clips are fake before anybody looks at them? One detector for each fact of the
// container and the encoding, at chance where real and fake went through the same hands.
import { areaUnderCurve } from '../metrics/detection.ts';

/** What is known of a clip without its pictures; `undefined` where it does not apply. */
export type ContainerFacts = {
  /** Numbers, such as duration, leading silence, bytes a second, width. */
  readonly numbers: Readonly<Record<string, number | undefined>>;
  /** Words, such as the container's name and the codecs'. */
  readonly words: Readonly<Record<string, string | undefined>>;
};

export type JudgedFacts = ContainerFacts & { readonly real: boolean };

export type Betrayal = {
  readonly fact: string;
  /** Area under the ROC curve of that fact alone, in whichever direction tells more: 0.5 to 1. */
  readonly auc: number;
  /** Whether that is more than chance would give among so many clips. */
  readonly isTelling: boolean;
};

/** Areas below this are no shortcut worth a word. */
const leastArea = 0.65;
/** Standard deviations by which a fact has to be better than chance: many are tried, in both directions. */
const leastDeviations = 3.5;

/** Every fact that real and fake clips have, the most telling first; none where either kind is missing. */
export function betrayals(clips: readonly JudgedFacts[]): Betrayal[] {
  const reals = clips.filter(({ real }) => real).length;
  const fakes = clips.length - reals;
  // Of the area where both sides have the same scores (Hanley and McNeil 1982).
  const deviation = Math.sqrt((clips.length + 1) / (12 * reals * fakes));
  const least = Math.max(leastArea, 0.5 + leastDeviations * deviation);
  const factsOf = (kind: 'numbers' | 'words') => [...new Set(clips.flatMap((clip) => Object.keys(clip[kind])))];
  const found = [
    ...factsOf('numbers').map((fact) => ({ fact, auc: eitherWay(areaOf(clips, ({ numbers }) => numbers[fact])) })),
    // Below chance is what leaving out the judged clip makes of a word that all share.
    ...factsOf('words').map((fact) => ({ fact, auc: Math.max(0.5, areaOf(clips, shareOfFakes(clips, fact))) })),
  ];
  return found
    .filter(({ auc }) => !Number.isNaN(auc))
    .map(({ fact, auc }) => ({ fact, auc, isTelling: auc >= least }))
    .sort((a, b) => b.auc - a.auc);
}

function eitherWay(area: number): number {
  return Math.max(area, 1 - area);
}

function areaOf(clips: readonly JudgedFacts[], read: (clip: JudgedFacts) => number | undefined): number {
  const values = (real: boolean) => clips.filter((clip) => clip.real === real).flatMap((clip) => read(clip) ?? []);
  return areaUnderCurve(values(false), values(true));
}

/** How often a word goes with fakes, from all clips but the one that is judged. */
function shareOfFakes(clips: readonly JudgedFacts[], fact: string): (clip: JudgedFacts) => number | undefined {
  const counts = new Map<string, { clips: number; fakes: number }>();
  for (const { real, words } of clips) {
    const word = words[fact];
    if (word === undefined) continue;
    const count = counts.get(word) ?? { clips: 0, fakes: 0 };
    counts.set(word, { clips: count.clips + 1, fakes: count.fakes + Number(!real) });
  }
  return ({ real, words }) => {
    const count = words[fact] === undefined ? undefined : counts.get(words[fact]);
    // Half a clip of each kind, so that a word seen nowhere else says nothing.
    return count && (count.fakes - Number(!real) + 0.5) / (count.clips - 1 + 1);
  };
}
