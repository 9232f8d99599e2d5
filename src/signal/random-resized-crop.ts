// Which part of a training picture to show: the usual random resized crop.
import type { Random } from '../random.ts';
import type { Box } from './box.ts';

export type RandomResizedCropOptions = {
  /** Least and greatest part of the picture's area to keep; by default 0.08 and 1. */
  readonly scale?: readonly [number, number];
  /** Least and greatest width divided by height; by default 3/4 and 4/3. */
  readonly ratio?: readonly [number, number];
};

const TRIES = 10;

/**
 * A box in pixels inside a picture of `width` x `height` by torchvision's RandomResizedCrop rule: area uniform within `scale`,
 * shape log-uniform within `ratio`, place uniform. After ten boxes that did not fit, the largest centred box of an
 * allowed shape.
 */
export function randomResizedCropBox(
  width: number,
  height: number,
  random: Random,
  options: RandomResizedCropOptions = {},
): Box {
  const { scale = [0.08, 1], ratio = [3 / 4, 4 / 3] } = options;
  const between = (low: number, high: number) => low + (high - low) * random.uniform();
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const area = width * height * between(...scale);
    const shape = Math.exp(between(Math.log(ratio[0]), Math.log(ratio[1])));
    const boxWidth = Math.round(Math.sqrt(area * shape));
    const boxHeight = Math.round(Math.sqrt(area / shape));
    if (boxWidth > 0 && boxHeight > 0 && boxWidth <= width && boxHeight <= height) {
      const y = random.integer(height - boxHeight + 1);
      const x = random.integer(width - boxWidth + 1);
      return { x, y, width: boxWidth, height: boxHeight };
    }
  }
  return centredBox(width, height, ratio);
}

function centredBox(width: number, height: number, [narrowest, widest]: readonly [number, number]): Box {
  const shape = width / height;
  const boxWidth = shape > widest ? Math.max(1, Math.round(height * widest)) : width;
  const boxHeight = shape < narrowest ? Math.max(1, Math.round(width / narrowest)) : height;
  return {
    x: Math.floor((width - boxWidth) / 2),
    y: Math.floor((height - boxHeight) / 2),
    width: boxWidth,
    height: boxHeight,
  };
}
