import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  BufferTarget,
  EncodedAudioPacketSource,
  type EncodedPacket,
  EncodedPacketSink,
  OggOutputFormat,
  Output,
} from 'mediabunny';
import { afterAll, expect, test } from 'vitest';
import type { Media } from './media.ts';
import { loadNativeCodecs } from './native-codecs-node.ts';
import { openInput } from './open-input-node.ts';
import { openMedia } from './open-media-node.ts';
import { openSoundEncoder } from './sound-encoder-node.ts';

const folder = mkdtempSync(join(tmpdir(), 'duet-ogg-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function oggOf(
  codec: 'opus' | 'vorbis',
  packets: Iterable<EncodedPacket>,
  decoderConfig: AudioDecoderConfig,
): Promise<Buffer> {
  const target = new BufferTarget();
  const output = new Output({ format: new OggOutputFormat(), target });
  const source = new EncodedAudioPacketSource(codec);
  output.addAudioTrack(source);
  await output.start();
  for (const packet of packets) await source.add(packet, { decoderConfig });
  await output.finalize();
  return Buffer.from(target.buffer!);
}

const rate = 48_000;

/** Ogg Opus of so many seconds with a beep at each whole second and a half. */
function beeps(seconds: number, channels = 1): Promise<Buffer> {
  const encoder = openSoundEncoder('opus', { sampleRate: rate, channels });
  const samples = Float32Array.from({ length: seconds * rate }, (_, i) =>
    i % rate >= rate / 2 && i % rate < rate / 2 + 2400 ? 0.5 * Math.sin(i * 0.13) : 0,
  );
  const packets = [...encoder.encode(Array.from({ length: channels }, () => samples)), ...encoder.finish()];
  const config = encoder.decoderConfig();
  encoder.close();
  return oggOf('opus', packets, config);
}

function opened(bytes: Buffer): Promise<Media> {
  const path = join(folder, 'sound.ogg');
  writeFileSync(path, bytes);
  return openMedia(path);
}

/** Seconds at which sound begins after a tenth of a second of silence. */
async function beginnings(media: Media): Promise<number[]> {
  const { samples } = await media.readWaveform(0, media.duration);
  const found: number[] = [];
  let quiet = rate;
  for (const [index, sample] of samples.entries()) {
    quiet++;
    if (Math.abs(sample) < 0.05) continue;
    if (quiet > rate / 10) found.push(Number((index / rate).toFixed(2)));
    quiet = 0;
  }
  return found;
}

test.skipIf(!loadNativeCodecs())(
  'Ogg files that are chained are read one after another, to the last one’s end',
  async () => {
    const [one, two] = [await beeps(1), await beeps(2, 2)];
    const alone = await opened(one);
    const length = alone.duration;
    await alone.close();
    expect(length).toBeCloseTo(1, 1);
    // The same stream twice has the same serial number; what lies between files is passed over.
    for (const chain of [
      [one, one, two],
      [one, Buffer.from('OggX between'), one, two],
    ]) {
      const media = await opened(Buffer.concat(chain));
      expect(media.duration).toBeCloseTo(2 * length + 2, 1);
      const right = [0.5, length + 0.5, 2 * length + 0.5, 2 * length + 1.5];
      const found = await beginnings(media);
      expect(found).toHaveLength(4);
      for (const [index, time] of right.entries()) expect(Math.abs(found[index]! - time)).toBeLessThan(0.02);
      const whole = (await media.readWaveform(0, media.duration)).samples;
      const part = (await media.readWaveform(0.75, 2.25)).samples;
      expect(part).toEqual(whole.slice(0.75 * rate, 2.25 * rate));
      await media.close();
    }
  },
);

test.skipIf(!loadNativeCodecs())('an Ogg file that ends within a page is cut short', async () => {
  const bytes = await beeps(1);
  for (const length of [bytes.length - 1, bytes.length - 500, 10]) {
    await expect(opened(bytes.subarray(0, length))).rejects.toThrow(
      /is cut short: \d+ of at least \d+ bytes are there/,
    );
  }
});

const vorbis = join(import.meta.dirname, '../../../shared/data/formats/vp8-vorbis.webm');

test.skipIf(!existsSync(vorbis) || !loadNativeCodecs())(
  'Vorbis whose first page ends before its packets do begins before time 0, and that much earlier',
  async () => {
    const input = openInput(vorbis);
    const track = (await input.getPrimaryAudioTrack())!;
    const packets: EncodedPacket[] = [];
    const from = await new EncodedPacketSink(track).getFirstPacket();
    for await (const packet of new EncodedPacketSink(track).packets(from!)) if (packets.push(packet) === 200) break;
    const bytes = await oggOf('vorbis', packets, (await track.getDecoderConfig())!);
    input.dispose();
    const before = await opened(bytes);
    const late = 64;
    const { samples, sampleRate } = await before.readWaveform(0, before.duration);
    await before.close();
    expect(samples.some((sample) => Math.abs(sample) > 0.01)).toBe(true);
    for (let page = 0; page >= 0; page = bytes.indexOf('OggS', page + 1)) {
      const granule = bytes.readBigInt64LE(page + 6);
      if (granule > 0n) bytes.writeBigInt64LE(granule - BigInt(late), page + 6);
    }
    const after = await opened(bytes);
    expect(after.duration).toBeCloseTo(before.duration - late / sampleRate, 6);
    expect((await after.readWaveform(0, after.duration)).samples).toEqual(samples.slice(late));
    await after.close();
  },
);
