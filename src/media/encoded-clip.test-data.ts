// Small files for this folder's tests, made with the same native add-on that decodes them.
import { createRequire } from 'node:module';
import {
  BufferTarget,
  EncodedAudioPacketSource,
  EncodedPacket,
  EncodedVideoPacketSource,
  MkvOutputFormat,
  MovOutputFormat,
  Mp4OutputFormat,
  Output,
  type Rotation,
  WavOutputFormat,
} from 'mediabunny';
import { nativeCodecsPackage } from './native-codecs-node.ts';

type Encoder = {
  configure(config: object): void;
  encode(frame: object, timestamp: number, isKey: boolean): void;
  flush(done: () => void): void;
  close(): void;
};
type EncoderAddOn = {
  VideoEncoderNative: new (
    output: (data: Buffer, isKey: boolean, timestamp: number) => void,
    error: (message: string) => void,
  ) => Encoder;
  createVideoFrame(bytes: Buffer, format: string, width: number, height: number): object;
};

const formats = { mp4: Mp4OutputFormat, mov: MovOutputFormat, mkv: MkvOutputFormat, wav: WavOutputFormat };

export type ClipSpecification = {
  readonly container: keyof typeof formats;
  readonly width: number;
  readonly height: number;
  /** Start of each frame in seconds, ascending. */
  readonly times: readonly number[];
  readonly end: number;
  /** Luma of frame `index` at a pixel, 16 ... 235. */
  readonly luma: (index: number, x: number, y: number) => number;
  readonly keyEvery?: number;
  readonly rotation?: Rotation;
  readonly codec?: 'avc' | 'vp8';
  /** Interleaved 16-bit samples in packets, each at its time. */
  readonly sound?: { sampleRate: number; channels: number; packets: readonly { time: number; samples: Int16Array }[] };
};

export async function encodedClip(clip: ClipSpecification): Promise<Uint8Array> {
  const target = new BufferTarget();
  const output = new Output({ format: new formats[clip.container](), target });
  const codec = clip.codec ?? 'avc';
  const picture = clip.times.length > 0 ? new EncodedVideoPacketSource(codec) : undefined;
  if (picture) output.addVideoTrack(picture, { rotation: clip.rotation ?? 0 });
  const sound = clip.sound && new EncodedAudioPacketSource('pcm-s16');
  if (sound) output.addAudioTrack(sound);
  await output.start();
  const config = { codec: codec === 'avc' ? 'avc1.42001f' : 'vp8', codedWidth: clip.width, codedHeight: clip.height };
  if (picture) for (const packet of encodeFrames(clip, codec)) await picture.add(packet, { decoderConfig: config });
  for (const { time, samples } of clip.sound?.packets ?? []) {
    const { sampleRate, channels } = clip.sound!;
    const bytes = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
    const packet = new EncodedPacket(bytes, 'key', time, samples.length / channels / sampleRate);
    await sound!.add(packet, { decoderConfig: { codec: 'pcm-s16', sampleRate, numberOfChannels: channels } });
  }
  await output.finalize();
  return new Uint8Array(target.buffer!);
}

function encodeFrames(clip: ClipSpecification, codec: 'avc' | 'vp8'): EncodedPacket[] {
  const addOn = createRequire(import.meta.url)(nativeCodecsPackage) as EncoderAddOn;
  const { width, height, times, keyEvery = 1000 } = clip;
  const packets: EncodedPacket[] = [];
  const encoder = new addOn.VideoEncoderNative(
    (data, isKey) => {
      const index = packets.length;
      const start = times[index]!;
      packets.push(new EncodedPacket(data, isKey ? 'key' : 'delta', start, (times[index + 1] ?? clip.end) - start));
    },
    (message) => {
      throw new Error(message);
    },
  );
  encoder.configure({
    codec: codec === 'avc' ? 'libopenh264' : 'libvpx',
    width,
    height,
    bitrate: 2_000_000,
    framerate: 25,
    latencyMode: 'realtime',
  });
  times.forEach((_, index) => {
    const bytes = Buffer.alloc(width * height * 1.5, 128);
    for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) bytes[y * width + x] = clip.luma(index, x, y);
    encoder.encode(addOn.createVideoFrame(bytes, 'I420', width, height), index * 40_000, index % keyEvery === 0);
  });
  encoder.flush(() => {});
  encoder.close();
  if (packets.length !== times.length) throw new Error(`${packets.length} packets for ${times.length} frames`);
  return packets;
}
