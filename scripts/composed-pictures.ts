// Pictures for distillation: things in front of scenes, both at random, so that a few pictures make many.
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import sharp, { type OverlayOptions, type Sharp } from 'sharp';
import type { Random } from '../src/random.ts';
import type { Picture } from '../src/signal/picture.ts';

/** Side of a composed picture. */
const side = 224;
/** Longest side at which pictures are kept in memory. */
const kept = { things: 256, scenes: 448 };

export type Pictures = { readonly things: readonly Buffer[]; readonly scenes: readonly Buffer[] };

/** Reads both folders whole, smaller than they are, as PNG. */
export async function openPictures(things: string, scenes: string): Promise<Pictures> {
  return { things: await readFolder(things, kept.things), scenes: await readFolder(scenes, kept.scenes) };
}

/** Those of either kind whose index is taken. */
export function partOfPictures({ things, scenes }: Pictures, takes: (index: number) => boolean): Pictures {
  return { things: things.filter((_, index) => takes(index)), scenes: scenes.filter((_, index) => takes(index)) };
}

async function readFolder(folder: string, longest: number): Promise<Buffer[]> {
  const pictures: Buffer[] = [];
  for (const name of (await readdir(folder)).sort())
    pictures.push(
      await sharp(join(folder, name))
        .resize(longest, longest, { fit: 'inside' })
        .png({ compressionLevel: 1 })
        .toBuffer(),
    );
  return pictures;
}

/** A part of a scene, mostly with one or two things in front of it, and often blurred by a smaller size between. */
export async function composedPicture({ things, scenes }: Pictures, random: Random): Promise<Picture> {
  const between = (least: number, most: number) => least + (most - least) * random.uniform();
  const drawn = <Item>(items: readonly Item[]) => items[random.integer(items.length)]!;
  const scene = await partOf(drawn(scenes), between(0.15, 1), between(0.75, 1.33), random);
  const layers: OverlayOptions[] = [];
  const draws = random.uniform();
  for (let layer = 0; layer < (draws < 0.3 ? 0 : draws < 0.85 ? 1 : 2); layer++) {
    const longest = Math.round(side * between(0.35, 1));
    const thing = sharp(drawn(things))
      .flop(random.uniform() < 0.5)
      .resize(longest, longest, { fit: 'inside' });
    const { data, info } = await thing.png({ compressionLevel: 1 }).toBuffer({ resolveWithObject: true });
    const place = (length: number) => Math.round((side - length) * random.uniform());
    layers.push({ input: data, left: place(info.width), top: place(info.height) });
  }
  const composed = await scene.composite(layers).removeAlpha().raw().toBuffer();
  const whole = sharp(composed, { raw: { width: side, height: side, channels: 3 } });
  const small = Math.round(random.uniform() < 0.5 ? side : between(56, side));
  const tone = { brightness: between(0.8, 1.2), saturation: between(0.7, 1.3) };
  const reduced = await whole.modulate(tone).resize(small, small).raw().toBuffer();
  const data = await sharp(reduced, { raw: { width: small, height: small, channels: 3 } })
    .resize(side, side)
    .raw()
    .toBuffer();
  return { width: side, height: side, data };
}

/** A random part of so much of a picture's area, as a square. */
async function partOf(picture: Buffer, area: number, aspect: number, random: Random): Promise<Sharp> {
  const { width, height } = await sharp(picture).metadata();
  const partWidth = Math.max(1, Math.min(width, Math.round(Math.sqrt(width * height * area * aspect))));
  const partHeight = Math.max(1, Math.min(height, Math.round(Math.sqrt((width * height * area) / aspect))));
  const [left, top] = [random.integer(width - partWidth + 1), random.integer(height - partHeight + 1)];
  const part = sharp(picture).extract({ left, top, width: partWidth, height: partHeight }).flatten();
  return sharp(
    await part
      .flop(random.uniform() < 0.5)
      .resize(side, side, { fit: 'fill' })
      .toColourspace('srgb')
      .png({ compressionLevel: 1 })
      .toBuffer(),
  );
}
