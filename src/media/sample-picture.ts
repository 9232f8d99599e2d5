// One decoded frame as an upright picture with square pixels.
import type { VideoSample } from 'mediabunny';
import type { Picture } from '../signal/picture.ts';
import { resize } from '../signal/resize.ts';
import { frameToRgb } from './frame-to-rgb.ts';
import type { VideoTrack } from './media.ts';
import { type PixelLayout, pixelLayout } from './pixel-layout.ts';
import { upright } from './upright.ts';

// Browsers fill in BT.709 for what a file leaves open, and do not say so; of what they decode, this is then not stated
// at all.
const guessesColour = 'VideoFrame' in globalThis;

/**
 * The sample as shown: `mirror` is applied after the track's rotation, then pixels are made square by bicubic resizing.
 * @param statedMatrix the colour matrix that the container states.
 */
export async function samplePicture(
  sample: VideoSample,
  track: VideoTrack,
  mirror: boolean,
  statedMatrix: string | undefined,
): Promise<Picture> {
  const { width, height } = sample.visibleRect;
  // Frames that a browser keeps on the GPU have no format of their own.
  const layout = sample.format === null ? undefined : pixelLayout(sample.format);
  // The type that mediabunny sees is older than the standard: it lacks `format`.
  const options = (layout ? {} : { format: 'RGBA' }) as VideoFrameCopyToOptions;
  const bytes = new Uint8Array(sample.allocationSize(options));
  const places = await sample.copyTo(bytes, options);
  const planes = places.map(({ offset, stride }) => ({ data: bytes.subarray(offset), stride }));
  const { matrix, fullRange } = sample.colorSpace;
  const ownMatrix = guessesColour && matrix === 'bt709' ? statedMatrix : (matrix ?? undefined);
  const picture = frameToRgb(layout ?? (pixelLayout('RGBA') as PixelLayout), planes, width, height, {
    matrix: ownMatrix,
    fullRange: fullRange ?? false,
  });
  return resize(upright(picture, track.rotation, mirror), track.width, track.height, 'bicubic');
}
