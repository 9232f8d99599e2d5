import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EncodedPacketSink } from 'mediabunny';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cutClip } from './cut-clip-node.ts';
import { encodedClip } from './encoded-clip.test-data.ts';
import { openInput } from './open-input-node.ts';
import { openMedia } from './open-media-node.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'duet-cut-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const seconds = 4;
const rate = 8000;

/** Frames grow brighter with time, a key frame begins each second, and a click is heard at 2.5 s. */
async function source(container: 'mp4' | 'mkv'): Promise<string> {
  const samples = new Int16Array(rate * seconds);
  samples.fill(20_000, 2.5 * rate, 2.51 * rate);
  const packets = Array.from({ length: 50 * seconds }, (_, i) => ({
    time: i / 50,
    samples: samples.subarray((i * rate) / 50, ((i + 1) * rate) / 50),
  }));
  const path = join(folder, `source.${container}`);
  const bytes = await encodedClip({
    ...{ container, codec: 'avc', width: 32, height: 32, end: seconds, keyEvery: 25 },
    times: Array.from({ length: 25 * seconds }, (_, frame) => frame / 25),
    luma: (index) => 40 + index,
    sound: { sampleRate: rate, channels: 1, packets },
  });
  await writeFile(path, bytes);
  return path;
}

async function pictureOf(path: string): Promise<Buffer[]> {
  const input = openInput(path);
  const packets: Buffer[] = [];
  for await (const packet of new EncodedPacketSink((await input.getPrimaryVideoTrack())!).packets())
    packets.push(Buffer.from(packet.data));
  input.dispose();
  return packets;
}

test.each(['mp4', 'mkv'] as const)(
  'a cut of %s has the same packets from the key frame before on, in time',
  async (container) => {
    const path = await source(container);
    const cut = await cutClip(path, join(folder, `cut-${container}`), { start: 2.2, end: 3.4 });
    expect(cut).toBe(join(folder, `cut-${container}.${container}`));
    const [all, some] = [await pictureOf(path), await pictureOf(cut)];
    expect(some.length).toBeGreaterThanOrEqual(35);
    expect(some.length).toBeLessThanOrEqual(37);
    expect(some.every((packet, i) => packet.equals(all[50 + i]!))).toBe(true);
    const media = await openMedia(cut);
    try {
      const { samples, sampleRate } = await media.readWaveform(0, media.duration);
      const loudest = samples.reduce((most, value, i) => (Math.abs(value) > Math.abs(samples[most]!) ? i : most), 0);
      expect(loudest / sampleRate).toBeCloseTo(0.5, 1);
      const [first] = await media.readFrames([0]);
      expect(first!.data[0]! - (await firstFrame(path, 2))).toBeCloseTo(0, 0);
    } finally {
      await media.close();
    }
    expect((await readdir(folder)).filter((name) => name.includes('.tmp'))).toEqual([]);
  },
);

async function firstFrame(path: string, time: number): Promise<number> {
  const media = await openMedia(path);
  const [frame] = await media.readFrames([time]);
  await media.close();
  return frame!.data[0]!;
}

test('what is no media file is refused', async () => {
  const path = join(folder, 'text.mp4');
  await writeFile(path, 'nothing to see');
  await expect(cutClip(path, join(folder, 'none'), { start: 0, end: 1 })).rejects.toThrow();
});
