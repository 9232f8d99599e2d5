import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EncodedPacketSink } from 'mediabunny';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Channels } from '../signal/waveform.ts';
import { encodedClip } from './encoded-clip.test-data.ts';
import { loadNativeCodecs } from './native-codecs-node.ts';
import { openInput } from './open-input-node.ts';
import { openMedia } from './open-media-node.ts';
import { replaceSound } from './replace-sound-node.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'duet-mux-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const seconds = 3;
const times = Array.from({ length: 25 * seconds }, (_, frame) => frame / 25);

async function source(codec: 'avc' | 'vp8'): Promise<string> {
  const container = codec === 'avc' ? 'mp4' : 'mkv';
  const path = join(folder, `${codec}.${container}`);
  const bytes = await encodedClip({
    ...{ container, codec, width: 32, height: 32, times, end: seconds, keyEvery: 25 },
    luma: (index, x) => 30 + ((index * 4 + x * 3) % 180),
    sound: { sampleRate: 8000, channels: 1, packets: [{ time: 0, samples: new Int16Array(8000 * seconds) }] },
  });
  await writeFile(path, bytes);
  return path;
}

/** Clicks at 0.5, 1.5 and 2.5 s in the first channel, a quarter of a second later in the second. */
function clicks(sampleRate: number, channels: number): Float32Array[] {
  return Array.from({ length: channels }, (_, channel) => {
    const samples = new Float32Array(seconds * sampleRate);
    for (const time of [0.5, 1.5, 2.5])
      for (let i = 0; i < sampleRate / 100; i++)
        samples[Math.round((time + channel / 4) * sampleRate) + i] = 0.8 * Math.cos((Math.PI * i) / 20);
    return samples;
  });
}

async function* blocks(sound: readonly Float32Array[], size: number): AsyncGenerator<Channels> {
  for (let start = 0; start < sound[0]!.length; start += size)
    yield sound.map((samples) => samples.subarray(start, start + size));
}

async function packetsOf(path: string) {
  const input = openInput(path);
  const packets: { time: number; bytes: Buffer }[] = [];
  for await (const packet of new EncodedPacketSink((await input.getPrimaryVideoTrack())!).packets())
    packets.push({ time: packet.timestamp, bytes: Buffer.from(packet.data) });
  input.dispose();
  return packets;
}

/** Samples by which the second signal is late, up to 2000. */
function delayOf(expected: Float32Array, found: Float32Array): number {
  const heard = [...expected.entries()].filter(([, value]) => value !== 0);
  const score = (delay: number) => heard.reduce((total, [i, value]) => total + value * (found[i + delay] ?? 0), 0);
  const delays = Array.from({ length: 4001 }, (_, index) => index - 2000);
  const scores = delays.map(score);
  return delays[scores.indexOf(scores.reduce((a, b) => Math.max(a, b)))]!;
}

describe.skipIf(!loadNativeCodecs())('a video with other sound', () => {
  test.each([
    ['avc', 'out.mp4', 44_100, 2],
    ['avc', 'out.mov', 16_000, 1],
    ['vp8', 'out.webm', 48_000, 2],
    ['avc', 'out.mkv', 24_000, 1],
  ] as const)('%s in %s keeps its packets, and %d Hz x %d are heard in time', async (codec, name, rate, channels) => {
    const from = await source(codec);
    const path = join(folder, name);
    const sound = clicks(rate, channels);
    await replaceSound(from, path, blocks(sound, 1000), { sampleRate: rate, channels });
    const [before, after] = [await packetsOf(from), await packetsOf(path)];
    expect(after.length).toBe(before.length);
    for (const [index, { time, bytes }] of after.entries()) {
      expect(time).toBeCloseTo(before[index]!.time, 2);
      expect(bytes.equals(before[index]!.bytes)).toBe(true);
    }
    const media = await openMedia(path);
    const read = await media.readChannels(0, seconds);
    expect(read.channels.length).toBe(channels);
    const stride = read.sampleRate / rate;
    for (const [channel, samples] of sound.entries()) {
      const heard = Float32Array.from(samples, (_, i) => read.channels[channel]![Math.round(i * stride)]!);
      expect(Math.abs(delayOf(samples, heard)) / rate).toBeLessThan(0.001);
    }
    await media.close();
  });

  test('is refused where the container does not hold the picture, has no name, or the sound has no encoder', async () => {
    const [vp8, avc] = [await source('vp8'), await source('avc')];
    const before = await readdir(folder);
    const to = (name: string, sampleRate = 48_000) =>
      replaceSound(vp8, join(folder, name), blocks(clicks(sampleRate, 1), 1000), { sampleRate, channels: 1 });
    const webm = replaceSound(avc, join(folder, 'avc.webm'), blocks([], 1), { sampleRate: 48_000, channels: 1 });
    await expect(webm).rejects.toThrow(/is avc, which \.webm does not hold; name an \.mkv file/);
    await expect(to('vp8.avi')).rejects.toThrow(/names no container for video; end it with \.mp4/);
    await expect(to('vp8.webm', 44_100)).rejects.toThrow(/Sound of 44100 Hz cannot be encoded here/);
    expect(await readdir(folder)).toEqual(before);
  });
});
