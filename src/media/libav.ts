// The encoders of generated and recoded clips: libav.js, a WebAssembly build of FFmpeg’s LGPL parts with libvpx and libopus.

export type Packet = { readonly data: Uint8Array; stream_index?: number };

type VideoFrame = {
  readonly data: Uint8Array;
  readonly format: number;
  readonly width: number;
  readonly height: number;
  readonly layout: readonly { readonly offset: number; readonly stride: number }[];
  readonly pts: number;
  readonly ptshi: 0;
};

type AudioFrame = {
  readonly data: Float32Array;
  readonly format: number;
  readonly sample_rate: number;
  readonly channel_layout: number;
  readonly channels: number;
  readonly nb_samples: number;
  readonly pts: number;
  readonly ptshi: 0;
};

/** What a decoder gives: a plane's rows lie at its offset; samples of one channel. */
export type DecodedFrame = {
  readonly data: Uint8Array | Float32Array;
  readonly width?: number;
  readonly height?: number;
  readonly layout?: readonly { readonly offset: number; readonly stride: number }[];
};

type EncoderOptions = {
  readonly ctx: Readonly<Record<string, number>>;
  readonly time_base: readonly [number, number];
  readonly options: Readonly<Record<string, string>>;
};

/** The few calls used here; pointers are numbers. The package's own types cannot be imported from an ES module. */
export type LibAv = {
  ff_init_encoder(
    name: string,
    options: EncoderOptions,
  ): Promise<[codec: number, context: number, frame: number, packet: number, size: number]>;
  ff_encode_multi(
    context: number,
    frame: number,
    packet: number,
    frames: readonly (VideoFrame | AudioFrame)[],
    finish: boolean,
  ): Promise<Packet[]>;
  ff_free_encoder(context: number, frame: number, packet: number): Promise<void>;
  ff_init_decoder(
    name: string,
    options: { readonly codecpar: number; readonly time_base: readonly [number, number] },
  ): Promise<[codec: number, context: number, packet: number, frame: number]>;
  ff_decode_multi(
    context: number,
    packet: number,
    frame: number,
    packets: readonly Packet[],
    finish: boolean,
  ): Promise<DecodedFrame[]>;
  ff_free_decoder(context: number, packet: number, frame: number): Promise<void>;
  avcodec_parameters_alloc(): Promise<number>;
  avcodec_parameters_from_context(parameters: number, context: number): Promise<number>;
  avcodec_parameters_free_js(parameters: number): Promise<void>;
  ff_init_muxer(
    options: { readonly format_name: string; readonly filename: string; readonly open: boolean },
    streams: readonly (readonly [context: number, timeBaseNumerator: number, timeBaseDenominator: number])[],
  ): Promise<[context: number, format: number, io: number, streams: number[]]>;
  ff_write_multi(context: number, packet: number, packets: readonly Packet[]): Promise<void>;
  ff_free_muxer(context: number, io: number): Promise<void>;
  AVFormatContext_flags(context: number): Promise<number>;
  AVFormatContext_flags_s(context: number, flags: number): Promise<void>;
  avformat_write_header(context: number, options: number): Promise<number>;
  av_write_trailer(context: number): Promise<number>;
  av_packet_alloc(): Promise<number>;
  av_packet_free_js(packet: number): Promise<void>;
  av_log_set_level(level: number): Promise<void>;
  readFile(name: string): Promise<Uint8Array>;
  unlink(name: string): Promise<void>;
};

type LibAvModule = { readonly default: { LibAV(options: { readonly noworker: true }): Promise<LibAv> } };

const packageName: string = '@libav.js/variant-webm-vp9';
let instance: Promise<LibAv> | undefined;

/** One instance per thread: loading it takes about 50 ms. */
export function loadLibAv(): Promise<LibAv> {
  instance ??= (async () => {
    const { default: factory } = (await import(packageName)) as LibAvModule;
    const libav = await factory.LibAV({ noworker: true });
    const errorsOnly = 16;
    await libav.av_log_set_level(errorsOnly);
    return libav;
  })();
  return instance;
}
