// Frames and sound in, the bytes of a WebM file (VP8 and Opus) out. The same input gives the same bytes.
import type { Picture } from '../signal/picture.ts';
import type { Waveform } from '../signal/waveform.ts';
import { type LibAv, loadLibAv, type Packet } from './libav.ts';
import { toYuv420 } from './yuv.ts';

export type ClipContent = {
  /** All of one size, with even width and height. */
  readonly frames: readonly Picture[];
  readonly framesPerSecond: number;
  /** At one of Opus's own rates: 8, 12, 16, 24 or 48 kHz. */
  readonly sound: Waveform;
};

/** The same of a clip whose frames come part by part, at rates of the caller's choice. */
export type ClipInParts = Omit<ClipContent, 'frames'> & {
  /** Even numbers of pixels. */
  readonly width: number;
  readonly height: number;
  readonly parts: AsyncIterable<readonly Picture[]>;
  /** Bits a second. */
  readonly bitRates: { readonly picture: number; readonly sound: number };
};

const usualBitRates = { picture: 110_000, sound: 36_000 };

type Encoder = {
  /** Of libav.js, for whoever writes or decodes the packets. */
  readonly context: number;
  readonly timeBase: readonly [number, number];
  free(): Promise<void>;
};

/** A track as packets in order. */
export type EncodedTrack = Encoder & { readonly packets: readonly Packet[] };

/** Takes pictures in order and gives the packets that are ready. */
export type VideoEncoder = Encoder & {
  encode(pictures: readonly Picture[]): Promise<readonly Packet[]>;
  finish(): Promise<readonly Packet[]>;
};

// Numbers of FFmpeg's enumerations.
const pixelFormatYuv420 = 0;
const sampleFormatFloat = 3;
const layoutMono = 4;
const muxerBitExact = 0x400;

let turn: Promise<unknown> = Promise.resolve();

/** Encodes one clip. Calls of one thread take turns. */
export function encodeClip({ frames, ...rest }: ClipContent): Promise<Uint8Array> {
  const { width, height } = frames[0]!;
  return encodeParts({ ...rest, width, height, parts: inOnePart(frames), bitRates: usualBitRates });
}

async function* inOnePart(frames: readonly Picture[]): AsyncGenerator<readonly Picture[]> {
  yield frames;
}

/** The same for clips that do not fit in memory. An error of `parts` is the promise's. */
export function encodeParts(clip: ClipInParts): Promise<Uint8Array> {
  const result = turn.then(() => encodeNow(clip));
  turn = result.catch(() => undefined);
  return result;
}

async function encodeNow(clip: ClipInParts): Promise<Uint8Array> {
  const libav = await loadLibAv();
  const video = await encodeVideo(libav, clip);
  const audio = await encodeSound(libav, clip.sound, clip.bitRates.sound);
  const bytes = await mux(libav, [video, audio]);
  await video.free();
  await audio.free();
  return bytes;
}

async function encodeVideo(libav: LibAv, { parts, ...clip }: ClipInParts): Promise<EncodedTrack> {
  const encoder = await openVideoEncoder(libav, clip);
  const packets: Packet[] = [];
  try {
    for await (const pictures of parts) packets.push(...(await encoder.encode(pictures)));
    packets.push(...(await encoder.finish()));
  } catch (error) {
    await encoder.free();
    throw error;
  }
  return { ...encoder, packets };
}

/** A VP8 encoder, to be freed. */
export async function openVideoEncoder(
  libav: LibAv,
  { width, height, framesPerSecond, bitRates }: Omit<ClipInParts, 'parts' | 'sound'>,
): Promise<VideoEncoder> {
  const timeBase = [1, framesPerSecond] as const;
  const [, context, frame, packet] = await libav.ff_init_encoder('libvpx', {
    ctx: {
      width,
      height,
      pix_fmt: pixelFormatYuv420,
      bit_rate: bitRates.picture,
      framerate_num: framesPerSecond,
      framerate_den: 1,
      gop_size: 2 * framesPerSecond,
    },
    time_base: timeBase,
    // A negative speed is a fixed one; a positive one would follow the clock, and the bytes with it.
    options: { deadline: 'realtime', 'cpu-used': '-16', crf: '18' },
  });
  const area = width * height;
  const layout = [
    { offset: 0, stride: width },
    { offset: area, stride: width / 2 },
    { offset: area * 1.25, stride: width / 2 },
  ];
  let count = 0;
  const encode = (pictures: readonly Picture[], isLast: boolean) => {
    const planes = pictures.map((picture) => ({
      ...{ data: toYuv420(picture), format: pixelFormatYuv420, width, height, layout },
      ...{ pts: count++, ptshi: 0 as const },
    }));
    return libav.ff_encode_multi(context, frame, packet, planes, isLast);
  };
  return {
    ...{ context, timeBase },
    encode: (pictures) => encode(pictures, false),
    finish: () => encode([], true),
    free: () => libav.ff_free_encoder(context, frame, packet),
  };
}

/** Sound as Opus, to be freed. */
export async function encodeSound(
  libav: LibAv,
  { samples, sampleRate }: Waveform,
  bitRate: number,
): Promise<EncodedTrack> {
  const timeBase = [1, sampleRate] as const;
  const [, context, frame, packet, size] = await libav.ff_init_encoder('libopus', {
    ctx: {
      sample_rate: sampleRate,
      sample_fmt: sampleFormatFloat,
      channel_layout: layoutMono,
      channels: 1,
      bit_rate: bitRate,
    },
    time_base: timeBase,
    options: { application: 'audio', compression_level: '2' },
  });
  const blocks = Array.from({ length: Math.ceil(samples.length / size) }, (_, index) => {
    const data = new Float32Array(size);
    data.set(samples.subarray(index * size, (index + 1) * size));
    return {
      data,
      format: sampleFormatFloat,
      sample_rate: sampleRate,
      channel_layout: layoutMono,
      channels: 1,
      nb_samples: size,
      pts: index * size,
      ptshi: 0 as const,
    };
  });
  const packets = await libav.ff_encode_multi(context, frame, packet, blocks, true);
  return { context, timeBase, packets, free: () => libav.ff_free_encoder(context, frame, packet) };
}

async function mux(libav: LibAv, tracks: readonly EncodedTrack[]): Promise<Uint8Array> {
  const filename = 'clip.webm';
  const [context, , io] = await libav.ff_init_muxer(
    { format_name: 'webm', filename, open: true },
    tracks.map((track) => [track.context, ...track.timeBase] as const),
  );
  // Without it the file would carry random identifiers.
  await libav.AVFormatContext_flags_s(context, (await libav.AVFormatContext_flags(context)) | muxerBitExact);
  await libav.avformat_write_header(context, 0);
  const packet = await libav.av_packet_alloc();
  const packets = tracks.flatMap((track, stream_index) => track.packets.map((one) => ({ ...one, stream_index })));
  await libav.ff_write_multi(context, packet, packets);
  await libav.av_write_trailer(context);
  await libav.av_packet_free_js(packet);
  await libav.ff_free_muxer(context, io);
  const bytes = await libav.readFile(filename);
  await libav.unlink(filename);
  return bytes.slice();
}
