// How well anybody could tell which sounds of the generated clips are swapped: an observer who knows all looks and
// sounds sees two things in a frame, not which of them sounds, and hears a sound that may fit either.
import { type DemoClass, demoClasses, distractorLooks } from './classes.ts';

/**
 * The area under the curve of that observer, who goes by how much likelier what is seen and heard is with another
 * class's sound than with the clip's own (Neyman and Pearson 1933): no other order of the clips has a greater one.
 * @param silent looks that may stand beside a class, each as often.
 */
export function idealBackgroundAuc(
  classes: readonly DemoClass[] = demoClasses,
  silent: (one: DemoClass) => readonly string[] = distractorLooks,
): number {
  const cases = new Map<string, { own: number; other: number }>();
  const seenAndHeard = (one: DemoClass, beside: string, { sound }: DemoClass) => {
    const key = [...[one.look, beside].sort(), sound].join(' ');
    const found = cases.get(key) ?? { own: 0, other: 0 };
    cases.set(key, found);
    return found;
  };
  for (const one of classes) {
    const looks = silent(one);
    const others = classes.filter((other) => other !== one);
    for (const beside of looks) {
      const share = 1 / (classes.length * looks.length);
      seenAndHeard(one, beside, one).own += share;
      for (const other of others) seenAndHeard(one, beside, other).other += share / others.length;
    }
  }
  const all = [...cases.values()];
  const suspicion = ({ own, other }: (typeof all)[number]) => other / (own + other);
  let area = 0;
  for (const swapped of all)
    for (const whole of all) {
      const ahead = suspicion(swapped) - suspicion(whole);
      const won = Math.abs(ahead) < 1e-12 ? 0.5 : Number(ahead > 0);
      area += swapped.other * whole.own * won;
    }
  return area;
}
