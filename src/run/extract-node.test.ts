import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { encodedClip } from '../media/encoded-clip.test-data.ts';
import { loadNativeCodecs } from '../media/native-codecs-node.ts';
import { openMedia } from '../media/open-media-node.ts';
import { firstValues } from '../model/parameters.ts';
import { createRandom } from '../random.ts';
import { avSepChainSystem } from '../systems/av-sep-chain/system.ts';
import { parseBackbone } from '../weights/backbone.ts';
import { miniTimm } from '../weights/mini-vit.test-data.ts';
import type { Adapter } from './adapter.ts';
import { extractSound } from './extract-node.ts';

const backbone = parseBackbone({ name: 'mini', tensors: miniTimm() }, { heads: 2 });
const { extract } = avSepChainSystem.recipes;
const settings = {
  ...extract!,
  ...{ trainingSamples: 1024, windowSamples: 4096 },
  model: {
    ...extract!.model,
    sampleRate: 4000,
    window: 256,
    bands: 8,
    channels: 4,
    conditionWidth: 3,
    dilations: [1, 2],
  },
};
const known = { labels: [], backbone };
const open = avSepChainSystem.open(settings, known);
const tensors = open.fold(firstValues(open.stages[0]!.model.parameters, backbone.weights, 0));
const adapter: Adapter = { system: avSepChainSystem, open, settings, known, tensors };

let folder: string;
const at = (name: string) => join(folder, name);
const [seconds, sampleRate, channels] = [7, 8000, 2];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'duet-extract-'));
  if (!loadNativeCodecs()) return;
  const { normal } = createRandom('extract');
  const samples = Int16Array.from({ length: seconds * sampleRate * channels }, () => 4000 * normal());
  const sound = { sampleRate, channels, packets: [{ time: 0, samples }] };
  const clip = {
    ...({ container: 'mkv', width: 32, height: 32, end: seconds } as const),
    times: Array.from({ length: 10 * seconds }, (_, frame) => frame / 10),
    luma: (index: number, x: number) => 30 + ((index * 4 + x * 3) % 180),
  };
  await writeFile(at('clip.mkv'), await encodedClip({ ...clip, sound }));
  await writeFile(at('mute.mkv'), await encodedClip(clip));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function read(path: string) {
  const media = await openMedia(path);
  const sound = await media.readChannels(0, seconds);
  await media.close();
  return sound;
}

describe.skipIf(!loadNativeCodecs())('a video’s sound', () => {
  const common = { adapter, session: { threads: 1 } };

  test('goes into two files that add up to it sample for sample, and back beside its picture', async () => {
    const told: number[] = [];
    const extracted = await extractSound({
      ...common,
      ...{
        clip: { kind: 'video', path: at('clip.mkv') },
        out: at('voice.wav'),
        rest: at('rest.wav'),
        mux: at('voice.mkv'),
      },
      onProgress: (done) => told.push(done),
    });
    expect(extracted).toEqual({ seconds, sampleRate, channels });
    const [whole, target, rest] = await Promise.all(
      ['clip.mkv', 'voice.wav', 'rest.wav'].map((name) => read(at(name))),
    );
    expect(target!.sampleRate).toBe(sampleRate);
    for (const [channel, samples] of whole!.channels.entries()) {
      const [of, other] = [target!.channels[channel]!, rest!.channels[channel]!];
      expect(of.map((value, i) => value + other[i]! || 0)).toEqual(samples.map((value) => value || 0));
      expect(of.some((value, i) => value !== samples[i])).toBe(true);
    }
    expect(told.at(-1)).toBe(seconds);
    expect((await read(at('voice.mkv'))).channels.length).toBe(channels);
  });

  test('is refused without a picture’s sound, outside the picture, or where it cannot be put back; nothing is left', async () => {
    const before = await readdir(folder);
    const clip = { kind: 'video', path: at('clip.mkv') } as const;
    const asked = (options: Partial<Parameters<typeof extractSound>[0]>) =>
      extractSound({ ...common, clip, out: at('none.wav'), ...options });
    await expect(asked({ clip: { kind: 'video', path: at('mute.mkv') } })).rejects.toThrow(/The clip has no sound/);
    const box = { x: 0, y: 0, width: 33, height: 2 };
    await expect(asked({ boxes: [box] })).rejects.toThrow(/reaches beyond the picture of 32 x 32/);
    await expect(asked({ clip: { ...clip, start: 1 }, mux: at('none.mkv') })).rejects.toThrow(
      /beside a whole video only/,
    );
    await expect(asked({ signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough');
    const { stems: _, ...silent } = open;
    await expect(asked({ adapter: { ...adapter, open: silent } })).rejects.toThrow(/av-sep-chain gives no sound/);
    expect(await readdir(folder)).toEqual(before);
  });
});
