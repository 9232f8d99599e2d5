// A video with other sound: its picture is copied packet by packet, as it is.
import { extname } from 'node:path';
import {
  EncodedAudioPacketSource,
  EncodedPacketSink,
  EncodedVideoPacketSource,
  FilePathTarget,
  type Input,
  type InputVideoTrack,
  MkvOutputFormat,
  MovOutputFormat,
  Mp4OutputFormat,
  Output,
  type OutputFormat,
  WebMOutputFormat,
} from 'mediabunny';
import { DuetError } from '../errors.ts';
import { writeBesideAtomic } from '../files/write-atomic-node.ts';
import type { Channels } from '../signal/waveform.ts';
import { nativeCodecsPackage } from './native-codecs-node.ts';
import { openInput } from './open-input-node.ts';
import { presentationShifts } from './presentation-shifts-node.ts';
import { canEncodeSound, openSoundEncoder, type SoundCodec } from './sound-encoder-node.ts';
import type { SoundFormat } from './sound-file-node.ts';
import { eachWithinTime } from './time-limit.ts';

type Container = { readonly format: () => OutputFormat; readonly sound: SoundCodec };

const mp4: Container = { format: () => new Mp4OutputFormat({ fastStart: false }), sound: 'aac' };
const containers: Readonly<Record<string, Container>> = {
  '.mp4': mp4,
  '.m4v': mp4,
  '.mov': { format: () => new MovOutputFormat({ fastStart: false }), sound: 'aac' },
  '.mkv': { format: () => new MkvOutputFormat(), sound: 'opus' },
  '.webm': { format: () => new WebMOutputFormat(), sound: 'opus' },
};

/**
 * Writes `target`, in the container that its name ends with, whole or not at all.
 * @param source a file that has been read, with a picture.
 * @param sound from the clip's time 0 on.
 * @throws DuetError for containers that cannot hold the picture, and sound that cannot be encoded here.
 */
export async function replaceSound(
  source: string,
  target: string,
  sound: AsyncIterable<Channels>,
  format: SoundFormat,
): Promise<void> {
  const container = containers[extname(target).toLowerCase()];
  if (!container)
    throw new DuetError(`${target} names no container for video; end it with ${Object.keys(containers).join(', ')}.`);
  if (!canEncodeSound(container.sound, format))
    throw new DuetError(
      `Sound of ${format.sampleRate} Hz cannot be encoded here for ${target}; name an .mp4 file, install the npm package ${nativeCodecsPackage} if there is one for this machine, or write the sound as WAV.`,
    );
  const input = openInput(source);
  try {
    const track = await input.getPrimaryVideoTrack();
    if (!track) throw new DuetError(`${source} has no picture; write the sound as WAV.`);
    await writeBesideAtomic(target, (temporary) => write(source, input, track, temporary, container, sound, format));
  } finally {
    input.dispose();
  }
}

async function write(
  source: string,
  input: Input,
  track: InputVideoTrack,
  path: string,
  container: Container,
  sound: AsyncIterable<Channels>,
  format: SoundFormat,
): Promise<void> {
  const output = new Output({ format: container.format(), target: new FilePathTarget(path) });
  const codec = await track.getCodec();
  if (codec === null || !output.format.getSupportedVideoCodecs().includes(codec))
    throw new DuetError(
      `The picture of ${source} is ${codec ?? 'in an unknown codec'}, which ${output.format.fileExtension} does not hold; name an .mkv file.`,
    );
  const { picture: shift } = await presentationShifts(input, source);
  if (shift === undefined)
    throw new DuetError(`The picture of ${source} is put together from several stretches; write the sound as WAV.`);
  const picture = new EncodedVideoPacketSource(codec);
  const heard = new EncodedAudioPacketSource(container.sound);
  output.addVideoTrack(picture, { rotation: await track.getRotation() });
  output.addAudioTrack(heard);
  const encoder = openSoundEncoder(container.sound, format);
  try {
    await output.start();
    const decoderConfig = (await track.getDecoderConfig())!;
    const packets = eachWithinTime(new EncodedPacketSink(track).packets());
    let next = await packets.next();
    const pictureUntil = async (time: number) => {
      for (; !next.done && next.value.timestamp + shift <= time; next = await packets.next())
        await picture.add(next.value.clone({ timestamp: next.value.timestamp + shift }), { decoderConfig });
    };
    const add = async (encoded: ReturnType<typeof encoder.encode>) => {
      for (const packet of encoded) {
        await pictureUntil(packet.timestamp);
        await heard.add(packet, { decoderConfig: encoder.decoderConfig() });
      }
    };
    for await (const block of sound) await add(encoder.encode(block));
    await add(encoder.finish());
    await pictureUntil(Number.POSITIVE_INFINITY);
    await output.finalize();
  } catch (error) {
    await output.cancel().catch(() => undefined);
    throw error;
  } finally {
    encoder.close();
  }
}
