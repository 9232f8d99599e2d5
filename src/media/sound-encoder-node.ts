// Sound to packets of AAC or Opus, by FFmpeg's encoders in the native add-on.
import { EncodedPacket } from 'mediabunny';
import type { Channels } from '../signal/waveform.ts';
import { loadNativeCodecs } from './native-codecs-node.ts';
import { interleaved, type SoundFormat } from './sound-file-node.ts';

export type SoundCodec = 'aac' | 'opus';

export type SoundEncoder = {
  /** The packets that are ready after this stretch; their times count from the sound's start. */
  encode(sound: Channels): EncodedPacket[];
  /** The last packets. */
  finish(): EncodedPacket[];
  /** For the container; known once there is a packet. */
  readonly decoderConfig: () => AudioDecoderConfig;
  close(): void;
};

const encoderNames = { aac: 'aac', opus: 'libopus' } as const;
const codecStrings = { aac: 'mp4a.40.2', opus: 'opus' } as const;
/** Samples in a packet of AAC-LC, which are also what its encoder puts in front. */
const aacFrame = 1024;
const opusRates = [8000, 12_000, 16_000, 24_000, 48_000];
const bitsPerChannel = 96_000;

/** Whether there is an encoder here for sound of this kind. */
export function canEncodeSound(codec: SoundCodec, { sampleRate }: SoundFormat): boolean {
  return loadNativeCodecs() !== undefined && (codec === 'aac' || opusRates.includes(sampleRate));
}

/** Close it when done. @throws Error where there is no such encoder. */
export function openSoundEncoder(codec: SoundCodec, { sampleRate, channels }: SoundFormat): SoundEncoder {
  const { AudioEncoderNative } = loadNativeCodecs()!;
  // In Matroska and WebM the time of Opus counts what its encoder puts in front; elsewhere time 0 is the first sample.
  const frame = codec === 'aac' ? aacFrame : sampleRate / 50;
  let next = codec === 'aac' ? -aacFrame : 0;
  let description: Buffer | undefined;
  let packets: EncodedPacket[] = [];
  let failure: string | undefined;
  const native = new AudioEncoderNative(
    (data, _timestamp, _duration, extradata) => {
      description ??= extradata;
      packets.push(new EncodedPacket(data, 'key', next / sampleRate, frame / sampleRate));
      next += frame;
    },
    (message) => {
      failure ??= message;
    },
  );
  native.configure({ codec: encoderNames[codec], sampleRate, channels, bitrate: bitsPerChannel * channels });

  let waiting = Array.from({ length: channels }, () => new Float32Array(0));
  const taken = () => {
    if (failure !== undefined) throw new Error(failure);
    const ready = packets;
    packets = [];
    return ready;
  };
  let given = 0;
  const encodeFrame = (block: Channels) => {
    native.encode(interleaved(block), 'f32', sampleRate, frame, channels, Math.round((given * 1e6) / sampleRate));
    given += frame;
  };
  return {
    encode(sound) {
      waiting = waiting.map((samples, channel) => joined(samples, sound[channel]!));
      let start = 0;
      for (; start + frame <= waiting[0]!.length; start += frame)
        encodeFrame(waiting.map((samples) => samples.subarray(start, start + frame)));
      waiting = waiting.map((samples) => samples.slice(start));
      return taken();
    },
    finish() {
      if (waiting[0]!.length > 0)
        encodeFrame(waiting.map((samples) => joined(samples, new Float32Array(frame - samples.length))));
      native.flush(() => undefined);
      return taken();
    },
    decoderConfig: () => ({
      ...{ codec: codecStrings[codec], sampleRate, numberOfChannels: channels },
      ...(description && { description: new Uint8Array(description) }),
    }),
    close: () => native.close(),
  };
}

function joined(a: Float32Array, b: Float32Array): Float32Array<ArrayBuffer> {
  const whole = new Float32Array(a.length + b.length);
  whole.set(a);
  whole.set(b, a.length);
  return whole;
}
