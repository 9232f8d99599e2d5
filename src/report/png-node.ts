// PNG files and data URIs, by sharp.
import sharp from 'sharp';
import type { Picture } from '../signal/picture.ts';

/** The picture as a PNG file's bytes. */
export async function encodePng(picture: Picture): Promise<Uint8Array> {
  const raw = { width: picture.width, height: picture.height, channels: 3 } as const;
  return sharp(picture.data, { raw }).png({ compressionLevel: 9 }).toBuffer();
}

/** The picture as text that an `img` element can hold. */
export async function pictureUri(picture: Picture): Promise<string> {
  return `data:image/png;base64,${Buffer.from(await encodePng(picture)).toString('base64')}`;
}
