// Opening a file in Node.

import { registerAc3Decoder } from '@mediabunny/ac3';
import { ALL_FORMATS, FilePathSource, Input, registerDecoder } from 'mediabunny';
import { DuetError, isDuetError, messageOf } from '../errors.ts';
import { demuxedMedia } from './demuxed-media.ts';
import type { Media } from './media.ts';
import { NativeAudioDecoder } from './native-audio-decoder-node.ts';
import { NativeVideoDecoder } from './native-video-decoder-node.ts';
import { withinTime } from './time-limit.ts';

let registered = false;

function registerDecoders(): void {
  if (registered) return;
  registered = true;
  registerDecoder(NativeVideoDecoder);
  registerDecoder(NativeAudioDecoder);
  registerAc3Decoder();
}

/**
 * Opens a media file for reading. Close it when done.
 * A file that cannot be opened or read is a DuetError with one sentence that names it, the cause and what to do.
 */
export async function openMedia(path: string): Promise<Media> {
  registerDecoders();
  const input = new Input({ source: new FilePathSource(path), formats: ALL_FORMATS });
  try {
    return await withinTime(demuxedMedia(input, path));
  } catch (error) {
    input.dispose();
    throw isDuetError(error)
      ? error
      : new DuetError(`${path} cannot be read (${messageOf(error).replace(/\.$/, '')}); replace the file or leave it out.`);
  }
}
