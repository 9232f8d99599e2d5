// Streams that the demuxer passes over without a word, so that a picture or a sound would seem not to be there.
import { type InputFormat, MPEG_TS, OGG } from 'mediabunny';
import type { ReadBytes } from './mp4-edits.ts';
import { passedOverInMpegTs } from './mpeg-ts-streams.ts';
import { passedOverInOgg } from './ogg-streams.ts';
import type { UndecodableStream } from './undecodable-track.ts';

export async function passedOver(format: InputFormat, read: ReadBytes): Promise<readonly UndecodableStream[]> {
  if (format === OGG) return passedOverInOgg(await read(0, 4096));
  return format === MPEG_TS ? passedOverInMpegTs(read) : [];
}
