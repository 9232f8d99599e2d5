// A spectrogram picture between its time and frequency axes. Text is text, not pixels, so no font file is needed.
import { label, line, softColour, svg } from './chart-style.ts';
import type { Figure } from './figures.ts';
import { clock, shortValue } from './format.ts';
import { element } from './markup.ts';
import { linearScale, roundTicks, timeTicks } from './scale.ts';
import type { FrequencyScale } from './shown.ts';

const [width, height, left, top, right, floor] = [250, 214, 42, 6, 236, 190];

/** The image with ticks in seconds below and in kilohertz on the left. */
export function spectrogramFigure(image: Figure, ticks: NonNullable<Figure['ticks']>): string {
  const x = linearScale([0, ticks.seconds], [left, right]);
  const times = timeTicks(ticks.seconds, 4).flatMap((time) => [
    line(x(time), floor, x(time), floor + 4, softColour),
    label(ticks.seconds < 3 ? shortValue(time) : clock(time), x(time), floor + 17, 'middle', softColour, 11),
  ]);
  const frequencies = frequencyTicks(ticks.frequency).flatMap(({ share, text }) => {
    const y = floor - share * (floor - top);
    return [line(left - 4, y, left, y, softColour), label(text, left - 7, y + 4, 'end', softColour, 11)];
  });
  const place = { x: left, y: top, width: right - left, height: floor - top, preserveAspectRatio: 'none' };
  const picture = element('image', { ...place, href: image.uri });
  return svg(width, height, image.description, picture, ...times, ...frequencies);
}

/** Round frequencies with their height on the picture as a share of it. Mel as in HTK: 1127 ln(1 + f / 700). */
export function frequencyTicks(scale: FrequencyScale): { readonly share: number; readonly text: string }[] {
  const place =
    scale.kind === 'linear' ? (hertz: number) => hertz : (hertz: number) => 1127 * Math.log(1 + hertz / 700);
  const [low, high] = [place(scale.low), place(scale.high)];
  const candidates =
    scale.kind === 'linear' ? roundTicks(scale.low, scale.high, 4) : [100, 500, 1000, 2000, 4000, 8000, 16000];
  return candidates
    .filter((hertz) => hertz >= scale.low && hertz <= scale.high)
    .map((hertz) => ({
      share: (place(hertz) - low) / (high - low),
      text: hertz >= 1000 ? `${shortValue(hertz / 1000)} kHz` : `${hertz} Hz`,
    }));
}
