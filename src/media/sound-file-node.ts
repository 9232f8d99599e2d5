// Sound written as a WAV file of 32-bit floats, block by block: nothing is clipped, and memory does not grow with it.

import { EncodedAudioPacketSource, EncodedPacket, FilePathTarget, Output, WavOutputFormat } from 'mediabunny';
import { writeBesideAtomic } from '../files/write-atomic-node.ts';
import type { Channels } from '../signal/waveform.ts';

export type SoundFormat = { readonly sampleRate: number; readonly channels: number };

/** A file of more bytes is RF64, which fewer programs read. */
const largestWave = 4e9;

/**
 * Writes the file whole or not at all.
 * @param seconds how long the sound will be at most.
 */
export async function writeSoundFile(
  path: string,
  sound: AsyncIterable<Channels>,
  { sampleRate, channels }: SoundFormat,
  seconds: number,
): Promise<void> {
  const large = seconds * sampleRate * channels * Float32Array.BYTES_PER_ELEMENT > largestWave;
  await writeBesideAtomic(path, async (temporary) => {
    const source = new EncodedAudioPacketSource('pcm-f32');
    const output = new Output({ format: new WavOutputFormat({ large }), target: new FilePathTarget(temporary) });
    const decoderConfig = { codec: 'pcm-f32', sampleRate, numberOfChannels: channels };
    output.addAudioTrack(source, { decoderConfig });
    try {
      await output.start();
      let written = 0;
      for await (const block of sound) {
        const { length } = block[0]!;
        if (length === 0) continue;
        const bytes = new Uint8Array(interleaved(block).buffer);
        await source.add(new EncodedPacket(bytes, 'key', written / sampleRate, length / sampleRate));
        written += length;
      }
      await output.finalize();
    } catch (error) {
      await output.cancel().catch(() => undefined);
      throw error;
    }
  });
}

/** Frame after frame, the channels of each beside each other. */
export function interleaved(block: Channels): Float32Array<ArrayBuffer> {
  const count = block.length;
  const samples = new Float32Array(block[0]!.length * count);
  for (const [channel, values] of block.entries())
    for (let i = 0; i < values.length; i++) samples[i * count + channel] = values[i]!;
  return samples;
}
