// Odd clips, made from ordinary ones.
import { readFile, writeFile } from 'node:fs/promises';
import {
  ALL_FORMATS,
  BlobSource,
  BufferTarget,
  EncodedAudioPacketSource,
  EncodedPacketSink,
  EncodedVideoPacketSource,
  Input,
  Output,
  WebMOutputFormat,
} from 'mediabunny';
import type { Waveform } from '../src/signal/waveform.ts';

/** Copies one track of a WebM clip into a file of its own. */
export async function keepOnly(kept: 'picture' | 'sound', from: string, to: string): Promise<string> {
  using input = new Input({ formats: ALL_FORMATS, source: new BlobSource(new Blob([await readFile(from)])) });
  const target = new BufferTarget();
  const output = new Output({ format: new WebMOutputFormat(), target });
  if (kept === 'picture') {
    const track = (await input.getPrimaryVideoTrack())!;
    const source = new EncodedVideoPacketSource('vp8');
    output.addVideoTrack(source);
    await output.start();
    const decoderConfig = (await track.getDecoderConfig())!;
    for await (const packet of new EncodedPacketSink(track).packets()) await source.add(packet, { decoderConfig });
  } else {
    const track = (await input.getPrimaryAudioTrack())!;
    const source = new EncodedAudioPacketSource('opus');
    output.addAudioTrack(source);
    await output.start();
    const decoderConfig = (await track.getDecoderConfig())!;
    for await (const packet of new EncodedPacketSink(track).packets()) await source.add(packet, { decoderConfig });
  }
  await output.finalize();
  await writeFile(to, new Uint8Array(target.buffer!));
  return to;
}

/** The first `share` of a file's bytes. */
export async function cutShort(from: string, to: string, share: number): Promise<string> {
  const bytes = await readFile(from);
  await writeFile(to, bytes.subarray(0, Math.floor(bytes.length * share)));
  return to;
}

/** 16-bit mono PCM. */
export function wavFile({ samples, sampleRate }: Waveform): Uint8Array {
  const header = Buffer.alloc(44);
  header.write('RIFF', 0);
  header.writeUInt32LE(36 + 2 * samples.length, 4);
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(sampleRate, 24);
  header.writeUInt32LE(2 * sampleRate, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36);
  header.writeUInt32LE(2 * samples.length, 40);
  const values = Int16Array.from(samples, (sample) => Math.round(sample * 32767));
  return Buffer.concat([header, new Uint8Array(values.buffer)]);
}
