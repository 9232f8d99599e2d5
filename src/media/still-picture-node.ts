// Reading a still picture from a file.
import { DuetError, messageOf } from '../errors.ts';
import type { Picture } from '../signal/picture.ts';
import { readHead } from './container-kind-node.ts';
import { mostPixels } from './limits.ts';

/** What is read by its name, in lower case: sharp has no reader of BMP. */
export const pictureExtensions: ReadonlySet<string> = new Set('.png .jpg .jpeg .webp .gif .tif .tiff .avif'.split(' '));

export type StillDescription = {
  readonly codec: string;
  readonly width: number;
  readonly height: number;
  readonly rotation: 0 | 90 | 180 | 270;
};

// EXIF orientations as clockwise turns; the even ones below 5 and the odd ones above are mirrored as well.
const turns = [0, 0, 0, 180, 180, 90, 90, 270, 270] as const;

const limits = { limitInputPixels: mostPixels };

function unreadable(path: string, error: unknown): DuetError {
  return new DuetError(
    `${path} cannot be read as a picture (${firstLine(messageOf(error))}); replace the file or leave it out.`,
  );
}

const firstLine = (text: string) => text.split('\n')[0]!.replace(/\.$/, '');

/** The picture's size as shown (EXIF orientation applied), from its header. */
export async function describeStill(path: string): Promise<StillDescription> {
  await readHead(path);
  const { default: sharp } = await import('sharp');
  try {
    const { format, width, height, orientation = 1 } = await sharp(path, limits).metadata();
    const across = orientation >= 5;
    return {
      codec: format,
      width: across ? height : width,
      height: across ? width : height,
      rotation: turns[orientation] ?? 0,
    };
  } catch (error) {
    throw unreadable(path, error);
  }
}

/** The picture upright, in sRGB, over black where it is transparent. */
export async function readStill(path: string): Promise<Picture> {
  const { default: sharp } = await import('sharp');
  try {
    const image = sharp(path, limits).rotate().flatten().toColourspace('srgb');
    const { data, info } = await image.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });
    return {
      width: info.width,
      height: info.height,
      data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
    };
  } catch (error) {
    throw unreadable(path, error);
  }
}
