// From a prediction's arrays to the pictures of its example: frame, attention over frame, spectrogram, attention over
// spectrogram.
import type { Picture } from '../signal/picture.ts';
import { resize } from '../signal/resize.ts';
import { attentionOverlay, attentionPeak } from './attention-overlay.ts';
import { type Box, drawBox, drawRing, peakColour, truthColour } from './drawing.ts';
import { shortValue } from './format.ts';
import { pictureUri } from './png-node.ts';
import type { FrequencyScale, ReportImage } from './report.ts';
import { type SpectrogramAxes, spectrogramPicture } from './spectrogram-picture.ts';

/** A map over patches, row by row, and what readers call it. */
export type NamedGrid = {
  readonly name: string;
  readonly map: Float32Array;
  readonly gridHeight: number;
  readonly gridWidth: number;
};

export type FrameToShow = {
  readonly picture: Picture;
  /** Where in the file the frame lies, in seconds. */
  readonly time?: number | undefined;
  readonly attention?: NamedGrid | undefined;
  /** The sounding object's true place in the picture's own pixels. */
  readonly truth?: Box | undefined;
};

export type SpectrogramToShow = {
  readonly values: Float32Array;
  readonly height: number;
  readonly width: number;
  readonly axes: SpectrogramAxes;
  readonly seconds: number;
  readonly frequency: FrequencyScale;
  /** Over the same rows and columns as the values. */
  readonly attention?: NamedGrid | undefined;
};

/** The frame as it is (with the true box, if known), and with the attention and its peak. */
export async function frameImages(shown: FrameToShow): Promise<ReportImage[]> {
  const frame = atShownSize(shown);
  const at = frame.time === undefined ? '' : ` at ${shortValue(frame.time)} s`;
  const boxed = frame.truth === undefined ? frame.picture : drawBox(frame.picture, frame.truth, truthColour, 3);
  const plain = await image(
    boxed,
    `Frame${at}`,
    frame.truth === undefined ? `Frame${at}` : `Frame${at}; box: what sounds`,
  );
  if (frame.attention === undefined) return [plain];
  const { name, map, gridHeight, gridWidth } = frame.attention;
  const peak = attentionPeak(map, gridHeight, gridWidth, frame.picture.height, frame.picture.width);
  const covered = attentionOverlay(frame.picture, map, gridHeight, gridWidth);
  const marked = drawRing(
    frame.truth === undefined ? covered : drawBox(covered, frame.truth, truthColour, 3),
    peak,
    peakColour,
    12,
    3,
  );
  const where = placeInWords(peak.x / frame.picture.width, peak.y / frame.picture.height);
  return [
    plain,
    await image(
      marked,
      `The same frame with ${name} of the picture, strongest ${where}`,
      `${capitalised(name)}; ring: its peak`,
    ),
  ];
}

/** The spectrogram, and under the attention over it. */
export async function spectrogramImages(spectrogram: SpectrogramToShow): Promise<ReportImage[]> {
  const { values, height, width, axes, seconds, frequency, attention } = spectrogram;
  const ticks = { seconds, frequency };
  const plain = spectrogramPicture(values, height, width, axes);
  const images = [{ ...(await image(plain, `Spectrogram of ${seconds.toFixed(1)} seconds of sound`, 'Sound')), ticks }];
  if (attention === undefined) return images;
  const covered = spectrogramPicture(values, height, width, axes, { attention });
  return [
    ...images,
    {
      ...(await image(
        covered,
        `The same spectrogram with ${attention.name} of the sound`,
        capitalised(attention.name),
      )),
      ticks,
    },
  ];
}

async function image(picture: Picture, description: string, caption: string): Promise<ReportImage> {
  return { uri: await pictureUri(picture), width: picture.width, height: picture.height, description, caption };
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function placeInWords(right: number, down: number): string {
  const column = right < 1 / 3 ? 'left' : right > 2 / 3 ? 'right' : 'middle';
  const row = down < 1 / 3 ? 'top' : down > 2 / 3 ? 'bottom' : 'middle';
  return row === 'middle' && column === 'middle' ? 'in the middle' : `at the ${row} ${column}`;
}

// Twice what a report shows, for fine screens; lines and rings then look the same on every frame.
const shownSide = 440;

function atShownSize(frame: FrameToShow): FrameToShow {
  const { picture, truth } = frame;
  const factor = shownSide / Math.max(picture.width, picture.height);
  const [width, height] = [picture.width, picture.height].map((side) => Math.max(1, Math.round(side * factor))) as [
    number,
    number,
  ];
  const box = truth && {
    x: truth.x * factor,
    y: truth.y * factor,
    width: truth.width * factor,
    height: truth.height * factor,
  };
  return { ...frame, picture: resize(picture, width, height, 'bicubic'), truth: box };
}
