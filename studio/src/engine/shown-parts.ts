// The picture and the spectrogram among what a system shows.
import type { CardShown, PictureShown, Shown, SpectrogramShown } from '../../../src/report/shown.ts';

type Part = Exclude<Shown, CardShown>;

function partsOf(shown: readonly Shown[]): readonly Part[] {
  return shown.flatMap((one) => (one.kind === 'card' ? one.shown : [one]));
}

export function pictureIn(shown: readonly Shown[]): PictureShown | undefined {
  return partsOf(shown).find((part) => part.kind === 'picture');
}

export function spectrogramIn(shown: readonly Shown[]): SpectrogramShown | undefined {
  return partsOf(shown).find((part) => part.kind === 'spectrogram');
}
