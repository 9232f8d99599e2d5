// FFmpeg's video decoders behind mediabunny's decoder interface.

import type { VideoCodec, VideoSamplePixelFormat } from 'mediabunny';
import {
  CustomVideoDecoder,
  type EncodedPacket,
  VideoSample,
  VideoSampleColorSpace,
  VideoSampleResource,
} from 'mediabunny';
import { loadNativeCodecs, type NativeDecoder, type NativeFrame } from './native-codecs-node.ts';
import { pixelLayout, planeBytes } from './pixel-layout.ts';
import { nalLengthSize, x264VersionNote } from './x264-version-node.ts';

const codecNames: Partial<Record<VideoCodec, string>> = {
  avc: 'h264',
  hevc: 'hevc',
  vp8: 'vp8',
  vp9: 'vp9',
  av1: 'av1',
};

const MICROSECONDS = 1e6;

export class NativeVideoDecoder extends CustomVideoDecoder {
  static override supports(codec: VideoCodec): boolean {
    return codec in codecNames && loadNativeCodecs() !== undefined;
  }

  #native: NativeDecoder<{ codec: string; extradata?: Buffer }> | undefined;
  // The add-on stamps a frame with the packet last sent, not with its own packet. Decoders put frames out in the order
  // of presentation, so the earliest packet still unanswered is the frame's.
  #pending: number[] = [];
  #flushing = false;
  #fresh = true;
  #versionNote: Uint8Array | undefined;
  // The add-on holds its callbacks for good: they may reach only this, which is emptied on close.
  readonly #sink: { frame?: (frame: NativeFrame, microseconds: number) => void; failure?: string } = {};

  init(): void {
    const sink = this.#sink;
    sink.frame = (frame, microseconds) => this.#emit(frame, microseconds);
    const { VideoDecoderNative } = loadNativeCodecs()!;
    this.#native = new VideoDecoderNative(
      (frame, timestamp) => (sink.frame ? sink.frame(frame, timestamp) : frame.close()),
      (message) => {
        sink.failure ??= message;
      },
    );
    const extradata = this.#description();
    try {
      this.#native.configure({ codec: codecNames[this.codec]!, ...(extradata ? { extradata } : {}) });
    } catch (error) {
      this.close();
      this.onError(error);
    }
    this.#fresh = true;
  }

  decode(packet: EncodedPacket): void {
    this.#push(packet.timestamp);
    this.#native?.decode(
      this.#withVersionNote(packet.data),
      packet.type === 'key',
      Math.round(packet.timestamp * MICROSECONDS),
      0,
    );
    this.#report();
  }

  // Drained decoders take no more packets, so the next ones go to a fresh one.
  flush(): void {
    this.#flushing = true;
    this.#native?.flush(() => {});
    this.#flushing = false;
    if (this.#report()) return;
    this.close();
    this.init();
  }

  close(): void {
    this.#native?.close();
    this.#native = undefined;
    this.#pending = [];
    delete this.#sink.frame;
  }

  #withVersionNote(data: Uint8Array): Buffer {
    const fresh = this.#fresh;
    this.#fresh = false;
    const lengthSize = this.codec === 'avc' && fresh ? nalLengthSize(this.#description()) : undefined;
    if (lengthSize === undefined) return Buffer.from(data);
    const own = x264VersionNote(data, lengthSize);
    if (own) this.#versionNote = own;
    return own || !this.#versionNote ? Buffer.from(data) : Buffer.concat([this.#versionNote, data]);
  }

  #description(): Buffer | undefined {
    const { description } = this.config;
    return description && bytesOf(description);
  }

  #push(timestamp: number): void {
    let place = this.#pending.length;
    while (place > 0 && this.#pending[place - 1]! > timestamp) place--;
    this.#pending.splice(place, 0, timestamp);
  }

  #emit(frame: NativeFrame, microseconds: number): void {
    const timestamp = this.#pending.shift();
    // While draining, stamps are the frames' own: a difference means that a damaged frame was left out without a word.
    if (timestamp === undefined || (this.#flushing && Math.abs(timestamp * MICROSECONDS - microseconds) > 1)) {
      frame.close();
      this.#sink.failure ??= 'a frame is missing';
      return;
    }
    this.onSample(new VideoSample(new NativeFrameResource(frame, this.config), { timestamp, duration: 0 }));
  }

  // Not thrown: mediabunny leaves the rejection of a failed call unhandled.
  #report(): boolean {
    const { failure } = this.#sink;
    if (failure === undefined) return false;
    delete this.#sink.failure;
    this.close();
    this.onError(new Error(failure.replace(/^Decode error: /, '')));
    return true;
  }
}

/** A native frame that is copied only if somebody asks for its pixels. */
class NativeFrameResource extends VideoSampleResource {
  readonly #frame: NativeFrame;
  readonly #colour: VideoColorSpaceInit;
  readonly #format: string;
  readonly #width: number;
  readonly #height: number;

  constructor(frame: NativeFrame, config: VideoDecoderConfig) {
    super();
    this.#frame = frame;
    this.#width = frame.width;
    this.#height = frame.height;
    // The add-on leaves the older "J" formats unnamed: full-range YUV of 8 bits.
    const unnamed = frame.format === '';
    this.#format = unnamed ? unnamedFormat(frame, config) : frame.format;
    const fullRange = unnamed && pixelLayout(this.#format)?.bitDepth === 8 && config.colorSpace?.matrix !== 'rgb';
    this.#colour = { ...config.colorSpace, ...(fullRange ? { fullRange: true } : {}) };
  }

  getFormat(): VideoSamplePixelFormat {
    return (this.#format === 'GREY' ? 'I420' : this.#format) as VideoSamplePixelFormat;
  }
  getCodedWidth(): number {
    return this.#width;
  }
  getCodedHeight(): number {
    return this.#height;
  }
  getSquarePixelWidth(): number {
    return this.#width;
  }
  getSquarePixelHeight(): number {
    return this.#height;
  }
  getColorSpace(): VideoSampleColorSpace {
    return new VideoSampleColorSpace(this.#colour);
  }
  close(): void {
    this.#frame.close();
  }
  getDataPlanes(): { data: Uint8Array; stride: number }[] {
    const all = Buffer.alloc(this.#frame.allocationSize());
    this.#frame.copyTo(all);
    const width = this.#width;
    const layout = pixelLayout(this.#format)!;
    const sizes = planeBytes(layout, width, this.#height);
    const chromaWidth = layout.halfWidth ? (width + 1) >> 1 : width;
    const bytes = layout.bitDepth > 8 ? 2 : 1;
    if (layout.kind === 'grey') {
      const chroma = {
        data: new Uint8Array(chromaSize(width) * chromaSize(this.#height)).fill(128),
        stride: chromaSize(width),
      };
      return [{ data: all.subarray(0, sizes[0]), stride: width }, chroma, chroma];
    }
    let start = 0;
    return sizes.map((size, index) => {
      const data = all.subarray(start, start + size);
      start += size;
      const packedStride = layout.kind === 'packed' ? width * 4 : width * bytes;
      return { data, stride: index === 0 ? packedStride : chromaWidth * bytes * (layout.kind === 'nv12' ? 2 : 1) };
    });
  }
  toRgbSample(): VideoSample {
    throw new Error('Native frames are read plane by plane.');
  }
}

const chromaSize = (size: number) => (size + 1) >> 1;

/** Which format an unnamed frame must have, from its size in bytes and the stream's bit depth. */
function unnamedFormat(frame: NativeFrame, config: VideoDecoderConfig): string {
  const size = frame.allocationSize();
  const depth = bitDepthOf(config);
  const candidates =
    depth > 8 ? [`I420P${depth}`, `I422P${depth}`, `I444P${depth}`] : ['I420', 'I422', 'I444', 'GREY', 'I420P10'];
  for (const format of candidates) {
    const bytes = planeBytes(pixelLayout(format)!, frame.width, frame.height).reduce((sum, plane) => sum + plane, 0);
    if (bytes === size) return format;
  }
  throw new Error('its pixel format is not supported');
}

/** Bits per sample, from the codec string and the codec's configuration record (ISO/IEC 14496-15 for `hvcC`). */
function bitDepthOf({ codec, description }: VideoDecoderConfig): 8 | 10 | 12 {
  const parts = codec.split('.');
  let depth = 8;
  if (codec.startsWith('avc')) depth = /^(6e|7a)/i.test(parts[1] ?? '') ? 10 : 8;
  else if (/^h(vc|ev)1/.test(codec)) {
    const record = description && bytesOf(description);
    depth = record && record.length > 17 ? 8 + (record[17]! & 7) : parts[1] === '2' ? 10 : 8;
  } else if (codec.startsWith('vp09') || codec.startsWith('av01')) depth = Number(parts[3] ?? 8);
  return depth > 10 ? 12 : depth > 8 ? 10 : 8;
}

function bytesOf(source: NonNullable<VideoDecoderConfig['description']>): Buffer {
  return ArrayBuffer.isView(source)
    ? Buffer.from(source.buffer, source.byteOffset, source.byteLength)
    : Buffer.from(source);
}
