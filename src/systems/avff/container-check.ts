// Does a data set betray which of its clips are fake before anybody looks at them? One detector for each fact of the
// container and the encoding, at chance where real and fake went through the same hands.
import { areaUnderCurve } from '../../metrics/detection.ts';

/** What is known of a clip without its pictures; `undefined` where it does not apply. */
export type ContainerFacts = {
  readonly real: boolean;
  /** Numbers, such as duration, leading silence, bytes a second, width. */
  readonly numbers: Readonly<Record<string, number | undefined>>;
  /** Words, such as the container's name and the codecs'. */
  readonly words: Readonly<Record<string, string | undefined>>;
};

export type Betrayal = {
  readonly fact: string;
  /** Area under the ROC curve of that fact alone, in whichever direction tells more: 0.5 to 1. */
  readonly auc: number;
};

/** Every fact that real and fake clips have, the most telling first; none where either kind is missing. */
export function betrayals(clips: readonly ContainerFacts[]): Betrayal[] {
  const factsOf = (kind: 'numbers' | 'words') => [...new Set(clips.flatMap((clip) => Object.keys(clip[kind])))];
  const found = [
    ...factsOf('numbers').map((fact) => ({ fact, auc: areaOf(clips, ({ numbers }) => numbers[fact]) })),
    ...factsOf('words').map((fact) => ({ fact, auc: areaOf(clips, shareOfFakes(clips, fact)) })),
  ];
  return found
    .filter(({ auc }) => !Number.isNaN(auc))
    .map(({ fact, auc }) => ({ fact, auc: Math.max(auc, 1 - auc) }))
    .sort((a, b) => b.auc - a.auc);
}

function areaOf(clips: readonly ContainerFacts[], read: (clip: ContainerFacts) => number | undefined): number {
  const values = (real: boolean) => clips.filter((clip) => clip.real === real).flatMap((clip) => read(clip) ?? []);
  return areaUnderCurve(values(false), values(true));
}

/** How often a word goes with fakes, from all clips but the one that is judged. */
function shareOfFakes(clips: readonly ContainerFacts[], fact: string): (clip: ContainerFacts) => number | undefined {
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
