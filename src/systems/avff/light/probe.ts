// What a detector could learn from one side alone: how each of its series runs, told apart by a linear probe that is
// tested on clips whose recording it has not seen.
import { solvePositive } from './solve-positive.ts';

/** Parts of the recordings, each of which is judged by what the others teach. */
const parts = 10;
/** Of the ridge regression, times the mean variance, which is 1. */
const ridge = 0.1;

/**
 * How each series of a side runs: its mean change from moment to moment, its skewness, its kurtosis, and how alike it is
 * to itself 4 and 8 moments later.
 * @param series moments x width, each with mean 0 and deviation 1.
 */
export function courseOf(series: Float32Array, width: number): number[] {
  const moments = series.length / width;
  return Array.from({ length: width }, (_, column) => {
    const values = Array.from({ length: moments }, (_, moment) => series[moment * width + column]!);
    const mean = (read: (value: number, moment: number) => number) =>
      values.reduce((sum, value, moment) => sum + read(value, moment), 0) / moments;
    const later = (lag: number) => mean((value, moment) => value * (values[moment + lag] ?? 0));
    return [
      mean((value, moment) => Math.abs(value - (values[moment + 1] ?? value))),
      ...[mean((value) => value ** 3), mean((value) => value ** 4), later(4), later(8)],
    ];
  }).flat();
}

export type Probed = { readonly values: readonly number[]; readonly real: boolean; readonly recording: string };

/** A score for each clip, above 0 for fakes, by a probe that has learned from other recordings only. */
export function probeScores(clips: readonly Probed[]): number[] {
  const recordings = [...new Set(clips.map(({ recording }) => recording))];
  const partOf = new Map(recordings.map((recording, place) => [recording, place % parts]));
  const scores = clips.map(() => 0);
  for (let part = 0; part < parts; part++) {
    const isTested = ({ recording }: Probed) => partOf.get(recording) === part;
    const judge = learn(clips.filter((clip) => !isTested(clip)));
    for (const [place, clip] of clips.entries()) if (isTested(clip)) scores[place] = judge(clip.values);
  }
  return scores;
}

/** A ridge regression on -1 for real and 1 for fake, both weighing as much. */
function learn(clips: readonly Probed[]): (values: readonly number[]) => number {
  const reals = clips.filter(({ real }) => real).length;
  if (reals === 0 || reals === clips.length) return () => 0;
  const size = clips[0]!.values.length;
  const weightOf = ({ real }: Probed) => 0.5 / (real ? reals : clips.length - reals);
  const meanOf = (read: (clip: Probed) => number) => clips.reduce((sum, clip) => sum + weightOf(clip) * read(clip), 0);
  const means = Array.from({ length: size }, (_, i) => meanOf(({ values }) => values[i]!));
  const scales = means.map((mean, i) => 1 / Math.sqrt(meanOf(({ values }) => (values[i]! - mean) ** 2) + 1e-9));
  const standard = (values: readonly number[]) => values.map((value, i) => (value - means[i]!) * scales[i]!);
  const rows = clips.map((clip) => standard(clip.values));
  const gram = Float64Array.from({ length: size * size }, (_, place) => {
    const [i, j] = [Math.floor(place / size), place % size];
    const product = rows.reduce((sum, row, r) => sum + weightOf(clips[r]!) * row[i]! * row[j]!, 0);
    return product + (i === j ? ridge : 0);
  });
  const side = Float64Array.from(means, (_, i) =>
    rows.reduce((sum, row, r) => sum + weightOf(clips[r]!) * row[i]! * (clips[r]!.real ? -1 : 1), 0),
  );
  const weights = solvePositive(gram, side, size);
  return (values) => standard(values).reduce((sum, value, i) => sum + value * weights[i]!, 0);
}
