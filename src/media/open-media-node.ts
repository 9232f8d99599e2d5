// Opening a file in Node.
import { UnsupportedInputFormatError } from 'mediabunny';
import { DuetError, isDuetError, messageOf } from '../errors.ts';
import { type Owned, owned } from '../owned.ts';
import { containerKind, matroska, nativeKinds, readBytes, readHead } from './container-kind-node.ts';
import { cutShort } from './cut-short-node.ts';
import { demuxedMedia } from './demuxed-media.ts';
import { ffmpegMedia } from './ffmpeg-media-node.ts';
import { ffmpegPackage, findFfmpeg } from './find-ffmpeg-node.ts';
import { matroskaDamage } from './matroska-check-node.ts';
import type { Media } from './media.ts';
import { openInput } from './open-input-node.ts';
import { withinTime } from './time-limit.ts';
import { UndecodableTrack } from './undecodable-track.ts';

/**
 * Opens a media file for reading. Close it when done.
 * mp4, mov, webm, mkv, wav, mp3, ogg, flac, aac and MPEG-TS are read with npm packages alone; anything else with an
 * `ffmpeg` on the PATH. A file that cannot be opened or read is a DuetError with one sentence that names it, the cause
 * and what to do.
 */
export async function openMedia(path: string): Promise<Owned<Media>> {
  const media = await openKind(path, containerKind(await readHead(path)));
  return owned(media, media.close);
}

async function openKind(path: string, kind: string | undefined): Promise<Media> {
  if (kind === 'text')
    throw new DuetError(`${path} is a text file, not a media file; replace the file or leave it out.`);
  const cut = cutShort(path, kind);
  if (cut)
    throw new DuetError(
      `${path} is cut short: ${cut.bytes} of at least ${cut.stated} bytes are there; get the whole file or leave it out.`,
    );
  const damage = kind === matroska ? matroskaDamage(path) : undefined;
  if (damage !== undefined)
    throw new DuetError(`${path} is damaged at byte ${damage}; replace the file or leave it out.`);
  const input = openInput(path);
  try {
    const media = await withinTime(demuxedMedia(input, path, (position, length) => readBytes(path, position, length)));
    const program = media.undecoded && findFfmpeg();
    if (!program) return media;
    await media.close();
    return await ffmpegMedia(program, path);
  } catch (error) {
    input.dispose();
    if (isDuetError(error)) throw error;
    const wave = /^Unsupported WAVE codec \((.*?)\)/.exec(messageOf(error));
    const other = wave ? new UndecodableTrack('audio', `(WAVE ${wave[1]})`) : error;
    if (other instanceof UndecodableTrack || other instanceof UnsupportedInputFormatError)
      return openWithFfmpeg(path, kind, other);
    throw new DuetError(
      `${path} is damaged or cut short (${withoutStop(messageOf(error))}); replace the file or leave it out.`,
    );
  }
}

async function openWithFfmpeg(path: string, kind: string | undefined, error: Error): Promise<Media> {
  const program = findFfmpeg();
  if (program) return ffmpegMedia(program, path);
  if (error instanceof UndecodableTrack) {
    throw new DuetError(
      `${path} cannot be decoded, as ${error.message}; put ffmpeg on the PATH, add the npm package ${ffmpegPackage()}, or convert the file to mp4 (H.264 and AAC).`,
    );
  }
  if (kind !== undefined && nativeKinds.has(kind))
    throw new DuetError(
      `${path} begins as a file of the format ${kind} and goes on as none that can be read here; replace the file, or put ffmpeg on the PATH.`,
    );
  throw new DuetError(
    kind === undefined
      ? `${path} is not a media file that can be recognised; replace the file, or put ffmpeg on the PATH if it is in a rare format.`
      : `${path} is in the container format ${kind}, which is read through ffmpeg, and there is none on the PATH; install ffmpeg or convert the file to mp4.`,
  );
}

function withoutStop(sentence: string): string {
  return sentence.replace(/\.$/, '');
}
