// Streams of an Ogg file that mediabunny 1.61 passes over without a word: it knows Vorbis and Opus.

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

/** The first picture or sound that is passed over, from the pages that begin a file (RFC 3533). */
export function passedOverInOgg(head: Uint8Array): { readonly kind: string; readonly codec: string } | undefined {
  const text = String.fromCharCode(...head);
  for (let page = 0; text.startsWith('OggS', page) && head[page + 5]! & BEGINS_STREAM; ) {
    const segments = head[page + 26] ?? 0;
    const packet = page + 27 + segments;
    const found = others.find(([, , signature]) => text.startsWith(signature, packet));
    if (found) return { kind: found[0], codec: found[1] };
    page = packet + head.subarray(page + 27, packet).reduce((sum, length) => sum + length, 0);
  }
  return undefined;
}
