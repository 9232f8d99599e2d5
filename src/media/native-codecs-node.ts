// FFmpeg's decoders as a native add-on: an LGPL build, one npm package per platform, no install script
// (docs/dependencies.md).
import { createRequire } from 'node:module';

/** One decoded picture, still in native memory: close it. */
export type NativeFrame = {
  readonly width: number;
  readonly height: number;
  /** A WebCodecs pixel format, or '' for a layout that WebCodecs has no name for. */
  readonly format: string;
  allocationSize(): number;
  /** All planes one after another, rows without padding. */
  copyTo(destination: Buffer): void;
  close(): void;
};

export type NativeDecoder<Config> = {
  configure(config: Config): void;
  decode(data: Buffer, isKey: boolean, timestamp: number, duration: number): void;
  flush(done: (error: Error | null) => void): void;
  close(): void;
};

type VideoConfig = { codec: string; extradata?: Buffer };
type AudioConfig = { codec: string; sampleRate: number; channels: number; extradata?: Buffer };
type FrameCallback = (frame: NativeFrame, timestamp: number, duration: number) => void;
/** `samples` is interleaved. */
type SoundCallback = (
  samples: Float32Array,
  format: string,
  sampleRate: number,
  frames: number,
  channels: number,
) => void;
type PacketCallback = (data: Buffer, timestamp: number, duration: number, extradata: Buffer | undefined) => void;
type ErrorCallback = (message: string) => void;

export type NativeSoundEncoder = {
  configure(config: { codec: string; sampleRate: number; channels: number; bitrate: number }): void;
  /** `samples` is interleaved. AAC takes 1024 frames at once. */
  encode(
    samples: Float32Array,
    format: 'f32',
    sampleRate: number,
    frames: number,
    channels: number,
    timestamp: number,
  ): void;
  flush(done: () => void): void;
  close(): void;
};

export type NativeCodecs = {
  VideoDecoderNative: new (output: FrameCallback, error: ErrorCallback) => NativeDecoder<VideoConfig>;
  AudioEncoderNative: new (output: PacketCallback, error: ErrorCallback) => NativeSoundEncoder;
  AudioDecoderNative: new (output: SoundCallback, error: ErrorCallback) => NativeDecoder<AudioConfig>;
};

/** The package that holds the decoders for this machine. */
export const nativeCodecsPackage = `@node-webcodecs/static-${process.platform}-${process.arch}`;

let loaded: NativeCodecs | undefined | null = null;

/** The decoders, or undefined where their package is absent or does not load (another platform, another C library). */
export function loadNativeCodecs(): NativeCodecs | undefined {
  if (loaded !== null) return loaded;
  try {
    loaded = createRequire(import.meta.url)(nativeCodecsPackage) as NativeCodecs;
  } catch {
    loaded = undefined;
  }
  return loaded;
}
