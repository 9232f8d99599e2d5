// A container that mediabunny demuxes as a `Media`: the same in Node, with native decoders, and in a browser, with
// WebCodecs.
import { FLAC, type Input, type InputAudioTrack, type InputVideoTrack, Logging, LogLevel, OGG } from 'mediabunny';
import { DuetError, isDuetError, messageOf } from '../errors.ts';
import { mixDown } from '../signal/waveform.ts';
import { chained, linkInput } from './chained-ogg.ts';
import { type DescribedSound, describeSound, lastSoundEnd, readSound } from './demuxed-sound.ts';
import { describeVideo, lastFrameEnd, readFrames } from './demuxed-video.ts';
import { passedOverInFlac } from './flac-frames.ts';
import { longestSeconds } from './limits.ts';
import { type Media, type Undecoded, undecodedText } from './media.ts';
import type { ReadBytes } from './mp4-edits.ts';
import { oggLinks } from './ogg-pages.ts';
import { passedOver } from './passed-over.ts';
import { openTimeline } from './timeline-of-tracks.ts';
import { UndecodableTrack } from './undecodable-track.ts';

/**
 * Reads the tracks' headers. The media owns the input and disposes of it on close; on an error the caller still owns
 * it.
 * `name` is how error messages call the file, `read` gives its bytes.
 */
export async function demuxedMedia(input: Input, name: string, read: ReadBytes): Promise<Media> {
  // What goes wrong is reported in one sentence, not on the console.
  Logging.level = LogLevel.Silent;
  const links = (await input.getFormat()) === OGG ? await oggLinks(read) : [];
  return links.length > 1 ? chainedMedia(input, links, name, read) : singleMedia(input, name, read);
}

async function chainedMedia(input: Input, starts: readonly number[], name: string, read: ReadBytes): Promise<Media> {
  const size = await input.source.getSize();
  const opened: Media[] = [];
  try {
    for (const [index, start] of starts.entries()) {
      const end = starts[index + 1] ?? size;
      const link = linkInput(read, start, end);
      const readLink: ReadBytes = (from, length) =>
        read(start + from, Math.max(0, Math.min(length, end - start - from)));
      const media = await singleMedia(link, name, readLink).catch((error) => {
        link.dispose();
        throw error;
      });
      opened.push(media);
    }
    const media = chained(opened, name);
    return {
      ...media,
      close: async () => {
        input.dispose();
        await media.close();
      },
    };
  } catch (error) {
    for (const media of opened) await media.close();
    throw error;
  }
}

async function singleMedia(input: Input, name: string, read: ReadBytes): Promise<Media> {
  const undecodable = await passedOver(await input.getFormat(), read);
  const videoTrack = await input.getPrimaryVideoTrack();
  const audioTrack = await input.getPrimaryAudioTrack();
  const missed = undecodable.find(({ kind }) => (kind === 'video' ? videoTrack : audioTrack) === null);
  const failures: UndecodableTrack[] = missed ? [new UndecodableTrack(missed.kind, missed.codec)] : [];
  const unless = <Track>(work: Promise<Track | undefined>) =>
    work.catch((error) => {
      if (!(error instanceof UndecodableTrack)) throw error;
      failures.push(error);
      return undefined;
    });
  const video = videoTrack && (await unless(describeVideo(videoTrack)));
  const sound = audioTrack && ((await unless(describeSound(audioTrack))) ?? (await silentFrame(audioTrack, read)));
  const [failure] = failures;
  if (failure && !video && !sound) throw failure;
  const undecoded = failure && undecodedOf(failure);
  const lacks = (missing: 'picture' | 'sound', kind: string) =>
    undecoded?.missing === missing
      ? new DuetError(`${name} is read without ${missing}, as ${undecodedText(undecoded)}; convert it to mp4.`)
      : new DuetError(`${name} has no ${missing}; choose a file with ${kind} track.`);
  if (!video && !sound) throw new DuetError(`${name} holds neither picture nor sound; choose another file.`);
  const timeline = await openTimeline(input, read);
  const shown = videoTrack && video && (await timeline.of(videoTrack, video.firstTime));
  const heard = audioTrack && sound && (await timeline.of(audioTrack, sound.firstTime));
  const tracks = [shown, heard].filter((track) => track !== null && track !== undefined);
  const origin = Math.min(...tracks.map(({ start }) => start));
  const duration =
    Math.max(
      await durationOf(
        input,
        shown?.end === undefined && video ? videoTrack : null,
        heard?.end === undefined && sound ? audioTrack : null,
      ),
      ...tracks.map(({ end }) => end ?? 0),
    ) - origin;
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

  const readChannels = (start: number, end: number) => {
    if (!audioTrack || !sound || !heard) return Promise.reject(lacks('sound', 'an audio'));
    return guarded('its sound', () => readSound(audioTrack, sound, heard.segments, start + origin, end + origin));
  };

  return {
    container: (await input.getFormat()).name,
    duration,
    video: video?.track,
    audio: sound?.track,
    ...(undecoded && { undecoded }),
    readFrames: (times) => {
      if (!videoTrack || !video || !shown) return Promise.reject(lacks('picture', 'a video'));
      return guarded('its picture', () =>
        readFrames(
          videoTrack,
          video,
          shown.segments,
          times.map((time) => time + origin),
        ),
      );
    },
    readWaveform: async (start, end) => mixDown(await readChannels(start, end)),
    readChannels,
    close: async () => {
      closed = true;
      input.dispose();
    },
  };
}

function undecodedOf({ stream: { kind, codec } }: UndecodableTrack): Undecoded {
  return { missing: kind === 'video' ? 'picture' : 'sound', codec };
}

/** A FLAC file that is one frame of silence, which the demuxer passes over. */
async function silentFrame(track: InputAudioTrack, read: ReadBytes): Promise<DescribedSound | undefined> {
  if ((await track.input.getFormat()) !== FLAC || (await passedOverInFlac(track.input, read)) === 0) return undefined;
  const [sampleRate, channels] = [await track.getSampleRate(), await track.getNumberOfChannels()];
  return { track: { codec: 'flac', sampleRate, channels }, delay: 0, firstTime: 0, isSilent: true };
}

function damaged(name: string, what: string, error: unknown): DuetError {
  const cause = messageOf(error).replace(/\.$/, '');
  return new DuetError(
    `${name} is damaged or cut short: ${what} cannot be decoded (${cause}); replace the file or leave it out.`,
  );
}

/**
 * To the end of the longest track: as its last packet says, else as the file's header says, else as long as that packet
 * proves to be.
 */
async function durationOf(input: Input, video: InputVideoTrack | null, sound: InputAudioTrack | null): Promise<number> {
  const tracks = [video, sound].filter((track) => track !== null);
  if (tracks.length === 0) return 0;
  const computed = await input.computeDuration(tracks);
  const ends = [video && (await lastFrameEnd(video)), sound && (await lastSoundEnd(sound))].map((end) => end ?? 0);
  const proven = Math.max(0, computed, ...ends);
  if (proven === computed) return proven;
  const stated = await input.getDurationFromMetadata(tracks);
  return stated !== null && stated >= computed ? Math.min(stated, proven) : proven;
}
