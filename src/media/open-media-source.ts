// Opening a file that a page holds, with the browser's own decoders (WebCodecs).
import { ALL_FORMATS, BlobSource, HLS, Input } from 'mediabunny';
import { DuetError, isDuetError, messageOf } from '../errors.ts';
import { type Owned, owned } from '../owned.ts';
import { demuxedMedia } from './demuxed-media.ts';
import { type Media, undecodedText } from './media.ts';
import { withinTime } from './time-limit.ts';

// Playlists point to other files and hosts: a media file is one file.
const formats = ALL_FORMATS.filter((format) => format !== HLS);

/**
 * Opens what a file input, a drop or a fetch gives. Close it when done. `name` is how error messages call it.
 * A stream is read to its end first, as frames are looked up by time. What cannot be opened is a DuetError, as in Node.
 */
export async function openMediaSource(source: Blob | ReadableStream<Uint8Array>, name: string): Promise<Owned<Media>> {
  const blob = source instanceof Blob ? source : await new Response(source).blob();
  if (blob.size === 0) throw new DuetError(`${name} is empty (0 bytes); choose another file.`);
  const read = async (position: number, length: number) =>
    new Uint8Array(await blob.slice(position, position + length).arrayBuffer());
  const input = new Input({ source: new BlobSource(blob), formats });
  try {
    const media = await withinTime(demuxedMedia(input, name, read));
    if (media.undecoded) throw new Error(undecodedText(media.undecoded));
    return owned(media, media.close);
  } catch (error) {
    input.dispose();
    if (isDuetError(error)) throw error;
    throw new DuetError(
      `${name} cannot be read (${messageOf(error).replace(/\.$/, '')}); convert it to mp4 or choose another file.`,
    );
  }
}
