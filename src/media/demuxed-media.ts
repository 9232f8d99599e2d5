// A container that mediabunny demuxes as a `Media`: the same in Node, with native decoders, and in a browser, with
// WebCodecs.
import {
  AudioSampleSink,
  EncodedPacketSink,
  type Input,
  type InputAudioTrack,
  type InputVideoTrack,
  Logging,
  LogLevel,
  VideoSampleSink,
} from 'mediabunny';
import { DuetError, isDuetError, messageOf } from '../errors.ts';
import type { Picture } from '../signal/picture.ts';
import { highestSampleRate, longestSeconds, mostPixels } from './limits.ts';
import type { AudioTrack, Media, VideoTrack } from './media.ts';
import { mixDown } from './mix-down.ts';
import { samplePicture } from './sample-picture.ts';
import { eachWithinTime } from './time-limit.ts';

/** What `openMedia` throws, inside, for a track that no decoder here takes; the caller may know another way. */
export class UndecodableTrack extends Error {
  readonly codec: string;
  constructor(kind: string, codec: string) {
    super(`its ${kind} codec ${codec} is not supported here`);
    this.codec = codec;
  }
}

// Decoders need what came before to get the first samples right: one packet for AAC, 80 ms for Opus, a few packets for
// MP3.
const PRE_ROLL = 0.5;
// Near the start, reading begins at the start: timestamps rounded to milliseconds then shift no window against another.
const FROM_THE_START = 30;

/**
 * Reads the tracks' headers. The media owns the input and disposes of it on close; on an error the caller still owns
 * it.
 * `name` is how error messages call the file.
 */
export async function demuxedMedia(input: Input, name: string): Promise<Media> {
  // What goes wrong is told in one sentence, not on the console.
  Logging.level = LogLevel.Silent;
  const videoTrack = await input.getPrimaryVideoTrack();
  const audioTrack = await input.getPrimaryAudioTrack();
  const video = videoTrack && (await describeVideo(videoTrack));
  const sound = audioTrack && (await describeSound(audioTrack));
  if (!video && !sound) throw new DuetError(`${name} holds neither picture nor sound; choose another file.`);
  const starts = [video?.firstTime, sound?.firstTime].filter((time) => time !== undefined);
  // Broadcasts, live recordings and parts of them count on from somewhere.
  const origin = Math.max(0, Math.min(...starts));
  const duration = (await durationOf(input, video ? videoTrack : null, sound ? audioTrack : null)) - origin;
  if (!(duration <= longestSeconds)) throw new Error(`a length of ${duration} seconds`);
  let closed = false;

  const guarded = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
    if (closed) throw new Error(`${name} is closed already.`);
    try {
      return await work();
    } catch (error) {
      throw isDuetError(error) ? error : damaged(name, what, error);
    }
  };

  return {
    container: (await input.getFormat()).name,
    duration,
    video: video?.track,
    audio: sound?.track,
    readFrames: (times) => {
      if (!videoTrack || !video)
        return Promise.reject(new DuetError(`${name} has no picture; choose a file with a video track.`));
      return guarded('its picture', () =>
        readFrames(
          videoTrack,
          video,
          times.map((time) => time + origin),
        ),
      );
    },
    readWaveform: (start, end) => {
      if (!audioTrack || !sound)
        return Promise.reject(new DuetError(`${name} has no sound; choose a file with an audio track.`));
      return guarded('its sound', async () => {
        const { sampleRate } = sound.track;
        return { sampleRate, samples: await readSound(audioTrack, sound, origin, start + origin, end + origin) };
      });
    },
    close: async () => {
      closed = true;
      input.dispose();
    },
  };
}

/** mediabunny 1.61 looks for ever for the last packet of a FLAC file that has none. */
async function isEmpty(track: InputVideoTrack | InputAudioTrack): Promise<boolean> {
  return (await new EncodedPacketSink(track).getFirstPacket({ metadataOnly: true })) === null;
}

function damaged(name: string, what: string, error: unknown): DuetError {
  const cause = messageOf(error).replace(/\.$/, '');
  return new DuetError(
    `${name} is damaged or cut short: ${what} cannot be decoded (${cause}); replace the file or leave it out.`,
  );
}

type DescribedVideo = {
  readonly track: VideoTrack;
  readonly mirror: boolean;
  readonly firstTime: number;
  /** When the first frame is shown that can be decoded: it stands for the time before it, too. */
  readonly firstShown: number;
  /** The colour matrix that the container states. */
  readonly statedMatrix: string | undefined;
};

/** Undefined for a track that holds nothing. */
async function describeVideo(track: InputVideoTrack): Promise<DescribedVideo | undefined> {
  const codec = await track.getCodec();
  // Damage shows here as what it is; canDecode would call the codec unsupported.
  await track.getDecoderConfig();
  if (codec === null || !(await track.canDecode()))
    throw new UndecodableTrack('video', codec ?? internalName(await track.getInternalCodecId()));
  if (await isEmpty(track)) return undefined;
  const { num, den } = await track.getPixelAspectRatio();
  const [width, height] = [await track.getDisplayWidth(), await track.getDisplayHeight()];
  if (!(width * height <= mostPixels)) throw new Error(`frames of ${width} x ${height} pixels`);
  return {
    mirror: await track.getFlip(),
    firstTime: await track.getFirstTimestamp(),
    firstShown: await firstKeyTime(track),
    statedMatrix: (await track.getColorSpace()).matrix ?? undefined,
    track: {
      codec: (await track.getCodecParameterString()) ?? codec,
      width,
      height,
      rotation: await track.getRotation(),
      pixelAspectRatio: num / den,
    },
  };
}

type DescribedSound = { readonly track: AudioTrack; readonly delay: number; readonly firstTime: number };

/** A recording that was cut anywhere begins with frames that cannot be decoded. */
async function firstKeyTime(track: InputVideoTrack): Promise<number> {
  const packets = new EncodedPacketSink(track);
  const first = await packets.getFirstPacket({ metadataOnly: true });
  const key = !first || first.type === 'key' ? first : await packets.getNextKeyPacket(first, { metadataOnly: true });
  return (key ?? first)?.timestamp ?? 0;
}

/** Undefined for a track that holds nothing. */
async function describeSound(track: InputAudioTrack): Promise<DescribedSound | undefined> {
  const codec = await track.getCodec();
  await track.getDecoderConfig();
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

/**
 * To the end of the longest track: as its last packet says, else as the file's header says, else as long as that packet
 * proves to be.
 */
async function durationOf(input: Input, video: InputVideoTrack | null, sound: InputAudioTrack | null): Promise<number> {
  const tracks = [video, sound].filter((track) => track !== null);
  const computed = await input.computeDuration(tracks);
  const ends = [video && (await lastFrameEnd(video)), sound && (await lastSoundEnd(sound))].map((end) => end ?? 0);
  const proven = Math.max(0, computed, ...ends);
  if (proven === computed) return proven;
  const stated = await input.getDurationFromMetadata(tracks);
  return stated !== null && stated >= computed ? Math.min(stated, proven) : proven;
}

/** Where the last frame ends if the file does not say: after as long as the one before it lasts. */
async function lastFrameEnd(track: InputVideoTrack): Promise<number> {
  const packets = new EncodedPacketSink(track);
  const last = await packets.getPacket(Number.POSITIVE_INFINITY, { metadataOnly: true });
  if (!last || last.duration > 0) return 0;
  const previous = await packets.getPacket(last.timestamp - 1 / (await track.getTimeResolution()), {
    metadataOnly: true,
  });
  return last.timestamp + (previous ? last.timestamp - previous.timestamp : 0);
}

/** Where the last sound ends if the file does not say: after the samples that its packet holds. */
async function lastSoundEnd(track: InputAudioTrack): Promise<number> {
  const last = await new EncodedPacketSink(track).getPacket(Number.POSITIVE_INFINITY, { metadataOnly: true });
  if (!last || last.duration > 0) return 0;
  let end = 0;
  try {
    for await (const sample of eachWithinTime(new AudioSampleSink(track).samples(last.timestamp))) {
      end = Math.max(end, sample.timestamp + sample.duration);
      sample.close();
    }
  } catch {
    // A damaged end is told when somebody asks for that sound.
  }
  return end;
}

function internalName(id: string | number | Uint8Array | null): string {
  return id === null || id instanceof Uint8Array ? 'of an unknown kind' : `"${id}"`;
}

async function firstSound(track: InputAudioTrack): Promise<{ sampleRate: number; channels: number } | undefined> {
  try {
    for await (const sample of eachWithinTime(new AudioSampleSink(track).samples())) {
      const { sampleRate, numberOfChannels: channels } = sample;
      sample.close();
      return { sampleRate, channels };
    }
  } catch {
    // A damaged start is told when somebody asks for that sound.
  }
  return undefined;
}

/**
 * Seconds by which Matroska's stamps are late: Opus in it counts the pre-skip (RFC 7845) as time (Matroska's
 * CodecDelay).
 */
async function codecDelay(track: InputAudioTrack, codec: string): Promise<number> {
  const { name } = await track.input.getFormat();
  if (codec !== 'opus' || !/matroska|webm/i.test(name)) return 0;
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
    // A damaged start is told when somebody asks for that sound.
  }
  return false;
}

async function readFrames(track: InputVideoTrack, video: DescribedVideo, times: readonly number[]): Promise<Picture[]> {
  const wanted = times.map((time) => Math.max(time, video.firstShown));
  // 4:4:4 H.264 needs a note from the stream's first packet, wherever reading starts (x264-version-node.ts).
  const leading = /^avc\d\.f4/i.test(video.track.codec) ? 1 : 0;
  if (leading) wanted.unshift(video.firstShown);
  const pictures: Picture[] = [];
  let last: { time: number; picture: Picture } | undefined;
  let count = 0;
  for await (const sample of eachWithinTime(new VideoSampleSink(track).samplesAtTimestamps(wanted))) {
    if (!sample) throw new Error(`no frame at ${wanted[count]?.toFixed(3)} s`);
    if (count++ < leading) {
      sample.close();
      continue;
    }
    try {
      if (last?.time !== sample.timestamp)
        last = {
          time: sample.timestamp,
          picture: await samplePicture(sample, video.track, video.mirror, video.statedMatrix),
        };
    } finally {
      sample.close();
    }
    pictures.push(last.picture);
  }
  return pictures;
}

async function readSound(
  track: InputAudioTrack,
  sound: DescribedSound,
  origin: number,
  start: number,
  end: number,
): Promise<Float32Array> {
  const { sampleRate } = sound.track;
  const samples = new Float32Array(Math.max(0, Math.round((end - start) * sampleRate)));
  const { delay } = sound;
  if (samples.length === 0) return samples;
  const from = start - origin < FROM_THE_START ? Number.NEGATIVE_INFINITY : start + delay - PRE_ROLL;
  for await (const sample of eachWithinTime(new AudioSampleSink(track).samples(from, end + delay))) {
    try {
      if (sample.sampleRate !== sampleRate)
        throw new Error(`its sample rate changes at ${sample.timestamp.toFixed(3)} s`);
      place(mixDown(sample), Math.round((sample.timestamp - delay - start) * sampleRate), samples);
    } finally {
      sample.close();
    }
  }
  return samples;
}

/** Copies the part of `chunk`, whose first sample belongs at `offset`, that falls into `target`. */
function place(chunk: Float32Array, offset: number, target: Float32Array): void {
  const from = Math.max(0, -offset);
  const to = Math.min(chunk.length, target.length - offset);
  if (to > from) target.set(chunk.subarray(from, to), offset + from);
}
