// A track that cannot be decoded, or holds nothing.
import { EncodedPacketSink, type InputAudioTrack, type InputVideoTrack } from 'mediabunny';

export type UndecodableStream = { readonly kind: 'video' | 'audio'; readonly codec: string };

/** What `openMedia` throws, inside, for a track that no decoder here takes; the caller may know another way. */
export class UndecodableTrack extends Error {
  readonly stream: UndecodableStream;
  constructor(kind: UndecodableStream['kind'], codec: string) {
    super(`its ${kind} codec ${codec} is not supported here`);
    this.stream = { kind, codec };
  }
}

/** mediabunny 1.61 looks for ever for the last packet of a FLAC file that has none. */
export async function isEmpty(track: InputVideoTrack | InputAudioTrack): Promise<boolean> {
  return (await new EncodedPacketSink(track).getFirstPacket({ metadataOnly: true })) === null;
}

export function internalName(id: string | number | Uint8Array | null): string {
  return id === null || id instanceof Uint8Array ? 'of an unknown kind' : `"${id}"`;
}
