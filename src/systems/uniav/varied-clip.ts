// A training clip as one epoch shows it.
import type { Random } from '../../random.ts';
import { type ClipRows, type CropSettings, cropAtRandom, stretched, withOtherSound } from './clip-rows.ts';
import type { EventsSettings } from './settings.ts';

/** Around a crop events still count as in it. */
const marginSeconds = 0.5;

/** Perhaps with the other clip's sound, at another tempo, and cut to `maxLength` steps at most. */
export function variedClip(
  clip: ClipRows,
  other: ClipRows,
  training: EventsSettings,
  maxLength: number,
  random: Random,
): ClipRows {
  const { leastKept, leastOfEvent, rate } = training;
  const crop: CropSettings = { leastKept, leastOfEvent, maxLength, margin: marginSeconds * rate };
  const areApart = clip.events.TAL && other.events.SED;
  const mixed = areApart && random.uniform() < training.otherSound ? withOtherSound(clip, other, crop, random) : clip;
  const tempo = 1 + training.tempo * (2 * random.uniform() - 1);
  return cropAtRandom(stretched(mixed, Math.max(1, Math.round(mixed.steps * tempo))), crop, random);
}
