// Pictures and spectrograms as figures: each as it is and, where there is a map, once more under it.

import type { Box } from '../signal/box.ts';
import type { Picture } from '../signal/picture.ts';
import { resize } from '../signal/resize.ts';
import { attentionOverlay, attentionPeak } from './attention-overlay.ts';
import { drawBox, drawRing, peakColour, truthColour } from './drawing.ts';
import type { FrequencyScale, MapShown, PictureShown, Shown, SpectrogramShown } from './shown.ts';
import { spectrogramPicture } from './spectrogram-picture.ts';

/** Makes of a picture what an `img` element can hold: a data URI. Node and the page each have their own. */
export type PictureEncoder = (picture: Picture) => Promise<string>;

/** With `ticks` it is drawn as a spectrogram, with time and frequency beside it. */
export type Figure = {
  readonly uri: string;
  readonly width: number;
  readonly height: number;
  /** What a reader who cannot see it must know. */
  readonly description: string;
  readonly caption: string;
  readonly ticks?: { readonly seconds: number; readonly frequency: FrequencyScale } | undefined;
};

/** The picture with its box, if it has one, and under its map with the map's peak. */
export async function pictureFigures(shown: PictureShown, encode: PictureEncoder): Promise<Figure[]> {
  const { caption, map, box } = shown;
  const factor = shownSide / Math.max(shown.picture.width, shown.picture.height);
  const picture = enlarged(shown.picture, factor);
  const place = box && scaled(box.place, factor);
  const boxed = (under: Picture) => (place ? drawBox(under, place, truthColour, 3) : under);
  const plain = await figure(boxed(picture), caption, box ? `${caption}; box: ${box.name}` : caption, encode);
  if (map === undefined) return [plain];
  const { name, values, rows, columns } = map;
  const peak = attentionPeak(values, rows, columns, picture.height, picture.width);
  const marked = drawRing(boxed(attentionOverlay(picture, values, rows, columns)), peak, peakColour, 12, 3);
  const where = placeInWords(peak.x / picture.width, peak.y / picture.height);
  const description = `The same picture with ${name}, strongest ${where}`;
  return [plain, await figure(marked, description, `${capitalised(name)}; ring: its peak`, encode)];
}

/** The spectrogram, and under its map. */
export async function spectrogramFigures(shown: SpectrogramShown, encode: PictureEncoder): Promise<Figure[]> {
  const { seconds, frequency, caption, map } = shown;
  const ticks = { seconds, frequency };
  const drawn = async (attention: MapShown | undefined, description: string, text: string) => {
    return { ...(await figure(underMap(shown, attention), description, text, encode)), ticks };
  };
  const plain = await drawn(undefined, `Spectrogram of ${seconds.toFixed(1)} seconds of sound`, caption);
  if (map === undefined) return [plain];
  return [plain, await drawn(map, `The same spectrogram with ${map.name}`, capitalised(map.name))];
}

/** Every picture and every spectrogram that has a map, in its own size under it. */
export function mapOverlays(
  all: readonly Shown[],
): { readonly kind: 'picture' | 'spectrogram'; readonly picture: Picture }[] {
  return all.flatMap((shown) => {
    if (shown.kind === 'card') return mapOverlays(shown.shown);
    if (shown.kind === 'picture' && shown.map) {
      const { values, rows, columns } = shown.map;
      return [{ kind: shown.kind, picture: attentionOverlay(shown.picture, values, rows, columns) }];
    }
    return shown.kind === 'spectrogram' && shown.map ? [{ kind: shown.kind, picture: underMap(shown, shown.map) }] : [];
  });
}

function underMap({ values, height, width, axes }: SpectrogramShown, map: MapShown | undefined): Picture {
  const attention = map && { map: map.values, gridHeight: map.rows, gridWidth: map.columns };
  return spectrogramPicture(values, height, width, axes, { attention });
}

async function figure(picture: Picture, description: string, caption: string, encode: PictureEncoder): Promise<Figure> {
  return { uri: await encode(picture), width: picture.width, height: picture.height, description, caption };
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function placeInWords(right: number, down: number): string {
  const column = right < 1 / 3 ? 'left' : right > 2 / 3 ? 'right' : 'middle';
  const row = down < 1 / 3 ? 'top' : down > 2 / 3 ? 'bottom' : 'middle';
  return row === 'middle' && column === 'middle' ? 'in the middle' : `at the ${row} ${column}`;
}

// Twice what a report shows, for fine screens; lines and rings then look the same on every picture.
const shownSide = 440;

function enlarged(picture: Picture, factor: number): Picture {
  const side = (length: number) => Math.max(1, Math.round(length * factor));
  return resize(picture, side(picture.width), side(picture.height), 'bicubic');
}

function scaled({ x, y, width, height }: Box, factor: number): Box {
  return { x: x * factor, y: y * factor, width: width * factor, height: height * factor };
}
