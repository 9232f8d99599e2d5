// Vorbis in Ogg whose first page ends before its packets could: what they hold too much lies before time 0 (Vorbis I, A.2).
import { EncodedPacketSink, type InputAudioTrack, type InputVideoTrack } from 'mediabunny';
import type { ReadBytes } from './mp4-edits.ts';
import { type OggPage, oggPages } from './ogg-pages.ts';

/**
 * Seconds by which the demuxer's clock is late. mediabunny 1.61 lets such a stream begin at 0, as one that was cut
 * without encoding it again, or whose first block is a long one.
 */
export async function vorbisLead(track: InputVideoTrack | InputAudioTrack, read: ReadBytes): Promise<number> {
  if (!track.isAudioTrack()) return 0;
  const packets = new EncodedPacketSink(track);
  const first = await packets.getFirstPacket({ metadataOnly: true });
  const page = first && (await pageAt(read, first.sequenceNumber));
  // A last page ends early where the sound does.
  if (!page || page.isLast || page.granule < 0) return 0;
  let end = first.timestamp;
  const isHere = ({ sequenceNumber }: { readonly sequenceNumber: number }) =>
    sequenceNumber < page.position + page.segments;
  for (let packet: typeof first | null = first; packet && isHere(packet); ) {
    end = packet.timestamp + packet.duration;
    packet = await packets.getNextPacket(packet, { metadataOnly: true });
  }
  return Math.max(0, end - page.granule / (await track.getSampleRate()));
}

/** mediabunny numbers a packet by the place of the page that it ends on and its segment there. */
async function pageAt(read: ReadBytes, number: number): Promise<OggPage | undefined> {
  for await (const page of oggPages(read)) if (number < page.position + page.segments) return page;
  return undefined;
}
