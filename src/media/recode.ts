// A clip as it comes back from a strong encoding, VP8 and Opus, without a file between: to learn from, and to see whether
// an answer survives it.
import type { Picture } from '../signal/picture.ts';
import { encodeSound, openVideoEncoder } from './encode-clip.ts';
import { type DecodedFrame, type LibAv, loadLibAv, type Packet } from './libav.ts';

export type Recoding = {
  /** Even numbers of pixels. */
  readonly width: number;
  readonly height: number;
  readonly framesPerSecond: number;
  /** Bits a second. */
  readonly bitRates: { readonly picture: number; readonly sound: number };
};

/** The rate at which Opus gives sound back. */
export const recodedRate = 48_000;
/** Samples that Opus puts in front of the sound, so that as many are missing at its end. */
const opusDelay = 312;

/** Whether there is an encoder: not in a page, which does not bring it. */
export async function canRecode(): Promise<boolean> {
  return loadLibAv().then(
    () => true,
    () => false,
  );
}

/**
 * Encodes and decodes the pictures, in order, part by part. Each part gives the pictures that are decoded by then; all
 * together are as many as were given. Grey: VP8's colour is left out.
 */
export async function* recodePictures(
  parts: AsyncIterable<readonly Picture[]>,
  recoding: Recoding,
): AsyncGenerator<readonly Picture[]> {
  const libav = await loadLibAv();
  const encoder = await openVideoEncoder(libav, recoding);
  try {
    const decoder = await openDecoder(libav, 'libvpx', encoder.context, encoder.timeBase);
    try {
      for await (const pictures of parts) yield (await decoder.decode(await encoder.encode(pictures))).map(greyPicture);
      yield (await decoder.decode(await encoder.finish(), true)).map(greyPicture);
    } finally {
      await decoder.free();
    }
  } finally {
    await encoder.free();
  }
}

/** @param samples at 48 kHz, one channel. @returns as many. */
export async function recodeSound(
  samples: Float32Array,
  { bitRates }: Pick<Recoding, 'bitRates'>,
): Promise<Float32Array> {
  const libav = await loadLibAv();
  const padded = new Float32Array(samples.length + opusDelay);
  padded.set(samples);
  const encoded = await encodeSound(libav, { samples: padded, sampleRate: recodedRate }, bitRates.sound);
  try {
    const decoder = await openDecoder(libav, 'libopus', encoded.context, encoded.timeBase);
    try {
      // The decoder leaves out what the encoder put in front.
      const result = new Float32Array(samples.length);
      let place = 0;
      for (const { data } of await decoder.decode(encoded.packets, true)) {
        result.set((data as Float32Array).subarray(0, result.length - place), place);
        place = Math.min(result.length, place + data.length);
      }
      return result;
    } finally {
      await decoder.free();
    }
  } finally {
    await encoded.free();
  }
}

type Decoder = {
  decode(packets: readonly Packet[], isLast?: boolean): Promise<readonly DecodedFrame[]>;
  free(): Promise<void>;
};

/** A decoder of what the encoder with this context makes. */
async function openDecoder(
  libav: LibAv,
  name: string,
  encoder: number,
  timeBase: readonly [number, number],
): Promise<Decoder> {
  const codecpar = await libav.avcodec_parameters_alloc();
  try {
    await libav.avcodec_parameters_from_context(codecpar, encoder);
    const [, context, packet, frame] = await libav.ff_init_decoder(name, { codecpar, time_base: timeBase });
    return {
      decode: (packets, isLast = false) => libav.ff_decode_multi(context, packet, frame, packets, isLast),
      free: () => libav.ff_free_decoder(context, packet, frame),
    };
  } finally {
    await libav.avcodec_parameters_free_js(codecpar);
  }
}

/** The luma, which VP8 keeps in 16 ... 235, as a grey picture. */
function greyPicture({ data, width, height, layout }: DecodedFrame): Picture {
  const [{ offset, stride }] = layout as readonly [{ offset: number; stride: number }];
  const picture = { width: width!, height: height!, data: new Uint8Array(width! * height! * 3) };
  for (let y = 0, place = 0; y < picture.height; y++)
    for (let x = 0; x < picture.width; x++, place += 3)
      picture.data.fill(clamped(((data[offset + y * stride + x]! - 16) * 255) / 219), place, place + 3);
  return picture;
}

function clamped(value: number): number {
  return Math.max(0, Math.min(255, Math.round(value)));
}
