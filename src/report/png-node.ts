// Picture files and data URIs, by sharp.
import type { Picture } from '../signal/picture.ts';

/** The picture as a PNG file's bytes. */
export async function encodePng(picture: Picture): Promise<Uint8Array> {
  const raw = { width: picture.width, height: picture.height, channels: 3 } as const;
  const { default: sharp } = await import('sharp');
  return sharp(picture.data, { raw }).png({ compressionLevel: 9 }).toBuffer();
}

/** The picture as text that an `img` element can hold: a fine JPEG, a tenth of a PNG's size for a photograph. */
export async function pictureUri(picture: Picture): Promise<string> {
  const raw = { width: picture.width, height: picture.height, channels: 3 } as const;
  const { default: sharp } = await import('sharp');
  const bytes = await sharp(picture.data, { raw }).jpeg({ quality: 88, chromaSubsampling: '4:4:4' }).toBuffer();
  return `data:image/jpeg;base64,${bytes.toString('base64')}`;
}
