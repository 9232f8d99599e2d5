// The sound of a container that mediabunny demuxes.
import { type AudioSample, AudioSampleSink, EncodedPacketSink, type InputAudioTrack } from 'mediabunny';
import { mixDown, type Sound } from '../signal/waveform.ts';
import { highestSampleRate } from './limits.ts';
import type { AudioTrack } from './media.ts';
import { type Segment, segmentsBetween } from './presentation.ts';
import { eachWithinTime } from './time-limit.ts';
import { internalName, isEmpty, UndecodableTrack } from './undecodable-track.ts';

// Decoders need what came before to get the first samples right: one packet for AAC, 80 ms for Opus, a few packets for
// MP3.
const PRE_ROLL = 0.5;
// Near the start, reading begins at the start: timestamps rounded to milliseconds then shift no window against another.
const FROM_THE_START = 30;

export type DescribedSound = {
  readonly track: AudioTrack;
  readonly delay: number;
  readonly firstTime: number;
  /** There are no packets, and yet it lasts. */
  readonly isSilent?: boolean;
};

/** Undefined for a track that holds nothing. */
export async function describeSound(track: InputAudioTrack): Promise<DescribedSound | undefined> {
  const codec = await track.getCodec();
  await track.getDecoderConfig();
  const layer = codec === 'mp3' ? await mpegLayer(track) : undefined;
  if (layer === 1 || layer === 2) throw new UndecodableTrack('audio', `MP${layer} (MPEG audio, layer ${layer})`);
  if (codec === null || !(await track.canDecode()))
    throw new UndecodableTrack('audio', codec ?? internalName(await track.getInternalCodecId()));
  const stated = { sampleRate: await track.getSampleRate(), channels: await track.getNumberOfChannels() };
  // What the header states is not always what comes out (spectral band replication doubles AAC's rate): look at the
  // first samples.
  const actual = codec.startsWith('pcm') ? stated : ((await firstSound(track)) ?? stated);
  if (!(actual.sampleRate > 0 && actual.sampleRate <= highestSampleRate))
    throw new Error(`${actual.sampleRate} samples of sound in a second`);
  if (await isEmpty(track)) return undefined;
  const delay = await codecDelay(track, codec);
  const isTakenOff = delay > 0 && (await decoderTakesOff(track, delay));
  return {
    track: { codec: (await track.getCodecParameterString()) ?? codec, ...actual },
    delay: isTakenOff ? 0 : delay,
    firstTime: (await track.getFirstTimestamp()) - delay,
  };
}

/** Containers and demuxers call all layers of MPEG audio by one name; the first frame's header says which it is. */
async function mpegLayer(track: InputAudioTrack): Promise<number | undefined> {
  const first = (await new EncodedPacketSink(track).getFirstPacket())?.data;
  const isFrame = first && first[0] === 0xff && first[1]! >> 5 === 7;
  return isFrame ? 4 - ((first[1]! >> 1) & 3) : undefined;
}

/** Where the last sound ends if the file does not say: after the samples that its packet holds. */
export async function lastSoundEnd(track: InputAudioTrack): Promise<number> {
  const last = await new EncodedPacketSink(track).getPacket(Number.POSITIVE_INFINITY, { metadataOnly: true });
  if (!last || last.duration > 0) return 0;
  let end = 0;
  try {
    for await (const sample of eachWithinTime(new AudioSampleSink(track).samples(last.timestamp))) {
      end = Math.max(end, sample.timestamp + sample.duration);
      sample.close();
    }
  } catch {
    // A damaged end is reported when somebody asks for that sound.
  }
  return end;
}

async function firstSound(track: InputAudioTrack): Promise<{ sampleRate: number; channels: number } | undefined> {
  try {
    for await (const sample of eachWithinTime(new AudioSampleSink(track).samples())) {
      const { sampleRate, numberOfChannels: channels } = sample;
      sample.close();
      return { sampleRate, channels };
    }
  } catch {
    // A damaged start is reported when somebody asks for that sound.
  }
  return undefined;
}

/**
 * Seconds by which Matroska's stamps are late: Opus in it counts the pre-skip (RFC 7845) as time (Matroska's
 * CodecDelay).
 */
async function codecDelay(track: InputAudioTrack, codec: string): Promise<number> {
  const { name } = await track.input.getFormat();
  return codec === 'opus' && /matroska|webm/i.test(name) ? opusPreSkip(track) : 0;
}

/** Seconds that an Opus decoder needs before sound is right (bytes 10 and 11 of OpusHead, RFC 7845). */
export async function opusPreSkip(track: InputAudioTrack): Promise<number> {
  const description = (await track.getDecoderConfig())?.description;
  if (!description || description.byteLength < 12) return 0;
  const bytes = ArrayBuffer.isView(description)
    ? new DataView(description.buffer, description.byteOffset, description.byteLength)
    : new DataView(description);
  return bytes.getUint16(10, true) / 48_000;
}

/**
 * Whether the decoder leaves out the pre-skip itself, as Chromium's does: its stamps are then early by it, and right.
 */
async function decoderTakesOff(track: InputAudioTrack, delay: number): Promise<boolean> {
  const packets = new EncodedPacketSink(track);
  const first = await packets.getFirstPacket({ metadataOnly: true });
  const second = first && (await packets.getNextPacket(first, { metadataOnly: true }));
  if (!second) return false;
  let count = 0;
  try {
    for await (const sample of eachWithinTime(new AudioSampleSink(track).samples())) {
      const { timestamp } = sample;
      sample.close();
      if (++count === 2) return timestamp < second.timestamp - delay / 2;
    }
  } catch {
    // A damaged start is reported when somebody asks for that sound.
  }
  return false;
}

/** The sound at the times `start` to `end` of the presentation that `segments` are. */
export async function readSound(
  track: InputAudioTrack,
  { track: { sampleRate, channels: count }, delay, isSilent = false }: DescribedSound,
  segments: readonly Segment[],
  start: number,
  end: number,
): Promise<Sound> {
  const length = Math.max(0, Math.round((end - start) * sampleRate));
  const channels = Array.from({ length: count }, () => new Float32Array(length));
  if (length === 0 || isSilent) return { channels, sampleRate };
  for (const part of segmentsBetween(segments, start, end)) {
    const [first, last] = [part.start, part.end].map((time) => Math.round((time - start) * sampleRate));
    const targets = channels.map((samples) => samples.subarray(first, last));
    const begin = part.mediaStart + delay;
    const isNearStart = part.mediaStart - segments[0]!.mediaStart < FROM_THE_START;
    const from = isNearStart ? Number.NEGATIVE_INFINITY : begin - PRE_ROLL;
    const to = begin + part.end - part.start;
    for await (const sample of eachWithinTime(new AudioSampleSink(track).samples(from, to))) {
      try {
        if (sample.sampleRate !== sampleRate)
          throw new Error(`its sample rate changes at ${sample.timestamp.toFixed(3)} s`);
        const planes = planesOf(sample);
        // Where their number changes on the way, all get the mean.
        const mean = planes.length === count ? undefined : mixDown({ channels: planes, sampleRate }).samples;
        const offset = Math.round((sample.timestamp - begin) * sampleRate);
        for (const [index, target] of targets.entries()) place(mean ?? planes[index]!, offset, target);
      } finally {
        sample.close();
      }
    }
  }
  return { channels, sampleRate };
}

function planesOf(sample: AudioSample): Float32Array[] {
  return Array.from({ length: sample.numberOfChannels }, (_, planeIndex) => {
    const plane = new Float32Array(sample.numberOfFrames);
    sample.copyTo(plane, { planeIndex, format: 'f32-planar' });
    return plane;
  });
}

/** Copies the part of `chunk`, whose first sample belongs at `offset`, that falls into `target`. */
function place(chunk: Float32Array, offset: number, target: Float32Array): void {
  const from = Math.max(0, -offset);
  const to = Math.min(chunk.length, target.length - offset);
  if (to > from) target.set(chunk.subarray(from, to), offset + from);
}
