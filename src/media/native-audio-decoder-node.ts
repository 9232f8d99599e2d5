// FFmpeg's sound decoders behind mediabunny's decoder interface.
import { type AudioCodec, AudioSample, CustomAudioDecoder, type EncodedPacket } from 'mediabunny';
import { withoutTag } from './flac-frames.ts';
import { loadNativeCodecs, type NativeDecoder } from './native-codecs-node.ts';

const codecNames: Partial<Record<AudioCodec, string>> = {
  aac: 'aac',
  opus: 'opus',
  mp3: 'mp3',
  vorbis: 'vorbis',
  flac: 'flac',
};

const OPUS_RATE = 48_000;

type Config = { codec: string; sampleRate: number; channels: number; extradata?: Buffer };
type Chunk = { samples: Float32Array; sampleRate: number; channels: number };

export class NativeAudioDecoder extends CustomAudioDecoder {
  static override supports(codec: AudioCodec): boolean {
    return codec in codecNames && loadNativeCodecs() !== undefined;
  }

  #native: NativeDecoder<Config> | undefined;
  #end = 0;
  #preSkip = 0;
  // The add-on holds its callbacks for good: they may reach only this.
  readonly #sink: { chunks: Chunk[]; failure?: string } = { chunks: [] };

  init(): void {
    const sink = this.#sink;
    const { AudioDecoderNative } = loadNativeCodecs()!;
    this.#native = new AudioDecoderNative(
      (samples, _format, sampleRate, _frames, channels) => sink.chunks.push({ samples, sampleRate, channels }),
      (message) => {
        sink.failure ??= message;
      },
    );
    const { sampleRate, numberOfChannels, description } = this.config;
    this.#preSkip = 0;
    try {
      this.#native.configure({
        codec: codecNames[this.codec]!,
        sampleRate,
        channels: numberOfChannels,
        ...(description ? { extradata: this.#extradata(description) } : {}),
      });
    } catch (error) {
      this.close();
      this.onError(error);
    }
  }

  decode(packet: EncodedPacket): void {
    const data = this.codec === 'flac' ? withoutTag(packet.data) : packet.data;
    this.#native?.decode(Buffer.from(data), true, Math.round(packet.timestamp * 1e6), 0);
    this.#emit(packet.timestamp, this.#preSkipIn(packet));
  }

  /**
   * How many samples at the start of what a packet decodes to are Ogg Opus' pre-skip: time 0 comes after it, and its
   * packets are shorter by it (RFC 7845).
   */
  #preSkipIn(packet: EncodedPacket): number {
    if (this.#preSkip === 0 || packet.timestamp !== 0) return 0;
    const decoded = this.#sink.chunks.reduce((sum, { samples, channels }) => sum + samples.length / channels, 0);
    const skipped = Math.min(decoded, this.#preSkip);
    if (decoded - Math.round(packet.duration * OPUS_RATE) !== skipped) return 0;
    this.#preSkip -= skipped;
    return skipped;
  }

  flush(): void {
    this.#native?.flush(() => {});
    if (!this.#emit(this.#end)) return;
    this.close();
    this.init();
  }

  close(): void {
    this.#native?.close();
    this.#native = undefined;
    this.#sink.chunks = [];
  }

  // FFmpeg would cut the pre-skip (bytes 10 and 11 of OpusHead, RFC 7845) off wherever decoding starts; timestamps
  // count it already.
  #extradata(description: NonNullable<AudioDecoderConfig['description']>): Buffer {
    const bytes = ArrayBuffer.isView(description)
      ? Buffer.from(new Uint8Array(description.buffer, description.byteOffset, description.byteLength))
      : Buffer.from(new Uint8Array(description));
    if (this.codec === 'opus' && bytes.length >= 12) {
      this.#preSkip = bytes.readUInt16LE(10);
      bytes.writeUInt16LE(0, 10);
    }
    return bytes;
  }

  /**
   * False once the decoder has failed, which is reported, not thrown: mediabunny leaves the rejection of a failed call
   * unhandled.
   */
  #emit(start: number, skipped = 0): boolean {
    const { chunks, failure } = this.#sink;
    this.#sink.chunks = [];
    this.#end = start;
    let left = skipped;
    for (const { samples, sampleRate, channels } of chunks) {
      const dropped = Math.min(left, samples.length / channels);
      left -= dropped;
      const data = (dropped === 0 ? samples : samples.slice(dropped * channels)) as Float32Array<ArrayBuffer>;
      if (data.length === 0) continue;
      this.onSample(
        new AudioSample({ data, format: 'f32', numberOfChannels: channels, sampleRate, timestamp: this.#end }),
      );
      this.#end += data.length / channels / sampleRate;
    }
    if (failure === undefined) return true;
    delete this.#sink.failure;
    this.close();
    this.onError(new Error(failure.replace(/^Decode error: /, '')));
    return false;
  }
}
