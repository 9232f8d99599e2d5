// A stretch of a file as a file of its own: its packets are copied as they are, so that nothing is encoded again. A
// picture begins at a key frame, up to some seconds before the stretch.
import { extname } from 'node:path';
import {
  EncodedAudioPacketSource,
  type EncodedPacket,
  EncodedPacketSink,
  EncodedVideoPacketSource,
  FilePathTarget,
  type Input,
  MkvOutputFormat,
  MovOutputFormat,
  Mp4OutputFormat,
  Output,
  type OutputFormat,
  WebMOutputFormat,
} from 'mediabunny';
import { DuetError } from '../errors.ts';
import { writeBesideAtomic } from '../files/write-atomic-node.ts';
import { openInput } from './open-input-node.ts';
import { presentationShifts } from './presentation-shifts-node.ts';
import { eachWithinTime } from './time-limit.ts';

const formats: Readonly<Record<string, () => OutputFormat>> = {
  '.mp4': () => new Mp4OutputFormat({ fastStart: false }),
  '.m4v': () => new Mp4OutputFormat({ fastStart: false }),
  '.mov': () => new MovOutputFormat({ fastStart: false }),
  '.webm': () => new WebMOutputFormat(),
};

/** Seconds on the clip's clock. */
export type Stretch = { readonly start: number; readonly end: number };

type Copied = {
  /** Of the packets that are copied, in the order of decoding, on the cut file's clock. */
  readonly packets: AsyncIterator<EncodedPacket>;
  add(packet: EncodedPacket): Promise<void>;
};

/**
 * Writes a stretch of a file, in the file's own container or, where Duet does not write that, in Matroska.
 * @param target path without its ending.
 * @returns the path that was written.
 * @throws DuetError for a file that cannot be read, and for tracks that neither container holds.
 */
export async function cutClip(source: string, target: string, { start, end }: Stretch): Promise<string> {
  const input = openInput(source);
  try {
    const codecs = await codecsOf(input, source);
    const ending = extname(source).toLowerCase();
    const own = formats[ending]?.();
    const format = own && holds(own, codecs) ? own : new MkvOutputFormat();
    if (!holds(format, codecs))
      throw new DuetError(
        `${source} cannot be cut without encoding it again: Matroska does not hold ${codecs.join(', ')}.`,
      );
    const path = `${target}${format === own ? ending : '.mkv'}`;
    await writeBesideAtomic(path, (temporary) => copy(input, source, temporary, format, { start, end }));
    return path;
  } finally {
    input.dispose();
  }
}

function holds(format: OutputFormat, codecs: readonly string[]): boolean {
  const held: readonly string[] = format.getSupportedCodecs();
  return codecs.every((codec) => held.includes(codec));
}

async function codecsOf(input: Input, source: string): Promise<string[]> {
  const codecs: string[] = [];
  for (const track of [await input.getPrimaryVideoTrack(), await input.getPrimaryAudioTrack()])
    if (track) codecs.push((await track.getCodec()) ?? 'a codec that is not known');
  if (codecs.length === 0) throw new DuetError(`${source} has neither picture nor sound.`);
  return codecs;
}

async function copy(
  input: Input,
  source: string,
  path: string,
  format: OutputFormat,
  { start, end }: Stretch,
): Promise<void> {
  const [picture, sound] = [await input.getPrimaryVideoTrack(), await input.getPrimaryAudioTrack()];
  const shifts = await presentationShifts(input, source);
  if ((picture && shifts.picture === undefined) || (sound && shifts.sound === undefined))
    throw new DuetError(
      `${source} is put together from several stretches and cannot be cut without encoding it again.`,
    );
  const output = new Output({ format, target: new FilePathTarget(path) });
  const tracks: Copied[] = [];
  let from = start;
  try {
    if (picture) {
      const sink = new EncodedPacketSink(picture);
      const shift = shifts.picture!;
      const first = (await sink.getKeyPacket(start - shift)) ?? (await sink.getFirstPacket());
      from = first ? Math.max(0, first.timestamp + shift) : start;
      const written = new EncodedVideoPacketSource((await picture.getCodec())!);
      output.addVideoTrack(written, { rotation: await picture.getRotation() });
      const decoderConfig = (await picture.getDecoderConfig())!;
      if (first)
        tracks.push({
          packets: moved(sink.packets(first), shift - from, end - from),
          add: (packet) => written.add(packet, { decoderConfig }),
        });
    }
    if (sound) {
      const sink = new EncodedPacketSink(sound);
      const shift = shifts.sound!;
      const first = (await sink.getPacket(from - shift)) ?? (await sink.getFirstPacket());
      const written = new EncodedAudioPacketSource((await sound.getCodec())!);
      output.addAudioTrack(written);
      const decoderConfig = (await sound.getDecoderConfig())!;
      if (first)
        tracks.push({
          packets: moved(sink.packets(first), shift - from, end - from),
          add: (packet) => written.add(packet, { decoderConfig }),
        });
    }
    await output.start();
    await inOrder(tracks);
    await output.finalize();
  } catch (error) {
    await output.cancel().catch(() => undefined);
    throw error;
  }
}

/** Packets on the new clock, until two in a row are past the end: one of them may be what earlier frames are decoded from. */
async function* moved(packets: AsyncGenerator<EncodedPacket, void, unknown>, shift: number, end: number) {
  let past = 0;
  for await (const packet of eachWithinTime(packets)) {
    const timestamp = packet.timestamp + shift;
    past = timestamp >= end ? past + 1 : 0;
    if (past === 2) return;
    // What leads up to the first key frame cannot be decoded without what came before it.
    if (timestamp > -1e-6) yield packet.clone({ timestamp: Math.max(0, timestamp) });
  }
}

/** The packets of all tracks by their times, as a container has them. */
async function inOrder(tracks: readonly Copied[]): Promise<void> {
  const heads = await Promise.all(tracks.map(async (track) => ({ track, next: await track.packets.next() })));
  for (;;) {
    let first: (typeof heads)[number] | undefined;
    for (const head of heads)
      if (!head.next.done && (!first || head.next.value.timestamp < first.next.value!.timestamp)) first = head;
    if (!first || first.next.done) return;
    await first.track.add(first.next.value);
    first.next = await first.track.packets.next();
  }
}
