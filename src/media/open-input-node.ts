// A file as mediabunny reads it. A file of its own: whoever imports `openMedia` needs none of mediabunny's types, which
// take a browser's for granted.
import { ALL_FORMATS, FilePathSource, HLS, Input, registerDecoder } from 'mediabunny';
import { NativeAudioDecoder } from './native-audio-decoder-node.ts';
import { NativeVideoDecoder } from './native-video-decoder-node.ts';

// Playlists point to other files and hosts: a media file is one file.
const formats = ALL_FORMATS.filter((format) => format !== HLS);

let registered = false;

function registerDecoders(): void {
  if (registered) return;
  registered = true;
  registerDecoder(NativeVideoDecoder);
  registerDecoder(NativeAudioDecoder);
}

/** What mediabunny reads of a file, with the decoders that are here. Dispose of it. */
export function openInput(path: string): Input {
  registerDecoders();
  return new Input({ source: new FilePathSource(path), formats });
}
