// A score of MA-AVT as every system gives it: metrics by name, what is shown, and which clips tell most.
import type { Json } from '../../data/intake.ts';
import type { Metrics } from '../../train/metric.ts';
import type { Scored } from '../system.ts';
import { withCalibratedBackground } from './calibrate-background.ts';
import type { Score } from './score.ts';
import { scoredSections } from './shown.ts';

/**
 * What a score says, by the names of the classes.
 * @param isCalibrated whether the score corrects what the background head says.
 */
export function scoredOf(
  score: Score,
  classes: readonly string[],
  { isCalibrated }: { readonly isCalibrated: boolean },
): Scored {
  const { accuracy, loss, macroF1, backgroundAuc, calibration, robustness, confusion } = score;
  const swaps = robustness?.swapped;
  const measured: Metrics = {
    ...{ accuracy, loss, macroF1, backgroundAuc: backgroundAuc ?? null },
    calibrationError: calibration.expectedError,
    pictureMissing: robustness?.pictureMissing ?? null,
    soundMissing: robustness?.soundMissing ?? null,
    falseAlarms: robustness?.falseAlarms ?? null,
    swappedPicture: swaps?.picture ?? null,
    swappedSound: swaps?.sound ?? null,
    swappedBackground: swaps?.background ?? null,
  };
  const perClass = score.perClass.map((scores, index) => ({ name: classes[index]!, ...scores }));
  const details = { perClass, calibration, robustness, confusion: { classes, counts: confusion } };
  return {
    metrics: measured,
    // What is undefined is left out.
    details: JSON.parse(JSON.stringify(details)) as Record<string, Json>,
    clips: score.clips.map(({ id, label, predicted, probabilities, backgroundLogit }) => ({
      path: id,
      label: classes[label]!,
      predicted: classes[predicted]!,
      probabilities: Object.fromEntries(classes.map((name, index) => [name, probabilities[index]!])),
      ...(backgroundLogit !== undefined && { backgroundLogit }),
    })),
    shown: scoredSections({ ...score, classes, perClass }),
    telling: tellingClips(score),
    ...(isCalibrated && { calibrate: (values) => withCalibratedBackground(values, score.backgroundLogits) }),
  };
}

const clipsShown = 6;

/** Mistakes first, as they tell most, then one clip of each class. */
function tellingClips({ clips }: Score): string[] {
  const isRight = ({ label, predicted }: Score['clips'][number]) => predicted === label;
  const firstOfClass = clips.filter(
    (clip, index) =>
      isRight(clip) && clips.findIndex((other) => other.label === clip.label && isRight(other)) === index,
  );
  const mistakes = clips.filter((clip) => !isRight(clip)).slice(0, clipsShown / 2);
  return [...mistakes, ...firstOfClass].slice(0, clipsShown).map(({ id }) => id);
}
