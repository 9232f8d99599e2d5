// Streams of an Ogg file that mediabunny 1.61 passes over without a word: it knows Vorbis and Opus.
import type { UndecodableStream } from './undecodable-track.ts';

/** First bytes of each codec's first packet. */
const others = [
  ['video', 'Theora', '\x80theora'],
  ['video', 'VP8', 'OVP80'],
  ['video', 'Dirac', 'BBCD'],
  ['audio', 'FLAC in Ogg', '\x7fFLAC'],
  ['audio', 'FLAC in Ogg', 'fLaC'],
  ['audio', 'Speex', 'Speex   '],
] as const;

const BEGINS_STREAM = 2;

/** The pictures and sounds that are passed over, from the pages that begin a file (RFC 3533). */
export function passedOverInOgg(head: Uint8Array): readonly UndecodableStream[] {
  const text = String.fromCharCode(...head);
  const streams: UndecodableStream[] = [];
  for (let page = 0; text.startsWith('OggS', page) && head[page + 5]! & BEGINS_STREAM; ) {
    const segments = head[page + 26] ?? 0;
    const packet = page + 27 + segments;
    const found = others.find(([, , signature]) => text.startsWith(signature, packet));
    if (found) streams.push({ kind: found[0], codec: found[1] });
    page = packet + head.subarray(page + 27, packet).reduce((sum, length) => sum + length, 0);
  }
  return streams;
}
