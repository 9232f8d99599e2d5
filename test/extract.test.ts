// From a folder of clips to the sound of what one of them shows.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, inject, test } from 'vitest';
import { openMedia } from '../src/media/open-media-node.ts';
import { duet, duetHere, duetJson, newFolder, small, theOneSentence } from './duet.ts';

type Extracted = { readonly seconds: number; readonly sampleRate: number; readonly channels: number };

test('train by the recipe extract, evaluate, and take a clip’s sound apart into stems that add up', async () => {
  const folder = await newFolder('extract');
  const [run, data] = [join(folder, 'run'), inject('shared').data];
  const trained = await duetHere([
    'train',
    data,
    '--recipe',
    'extract',
    '--epochs',
    '1',
    '--out',
    run,
    '--quiet',
    ...small,
  ]);
  expect(trained).toMatchObject({ code: 0, error: '' });
  const evaluation = await duetJson<Record<string, number>>(['evaluate', run, data, '--threads', '1']);
  for (const name of ['siSdrGain', 'improved', 'misledGain', 'blindGain'])
    expect(Number.isFinite(evaluation[name])).toBe(true);

  const { splits } = JSON.parse(await readFile(join(run, 'splits.json'), 'utf8')) as { splits: { test: string[] } };
  const clip = join(data, splits.test[0]!);
  const [voice, rest] = [join(folder, 'voice.wav'), join(folder, 'rest.wav')];
  const asked = ['extract', run, clip, '--out', voice, '--rest', rest, '--threads', '1'];
  const extracted = await duetJson<Extracted>(asked, duet);
  const read = async (path: string) => {
    const media = await openMedia(path);
    const sound = await media.readChannels(0, extracted.seconds);
    await media.close();
    return sound;
  };
  const [whole, target, others] = await Promise.all([clip, voice, rest].map(read));
  expect([target!.sampleRate, target!.channels.length]).toEqual([extracted.sampleRate, extracted.channels]);
  for (const [channel, samples] of whole!.channels.entries())
    for (const [i, value] of samples.entries()) {
      const sum = target!.channels[channel]![i]! + others!.channels[channel]![i]!;
      // Decoded sound has more digits than the 24 bits that stems are written with.
      if (Math.abs(sum - value) > 2 ** -24) expect([i, sum]).toEqual([i, value]);
    }

  expect(theOneSentence(await duetHere(asked))).toContain('voice.wav is there already');
  expect(theOneSentence(await duetHere(['extract', run, clip]))).toContain('There is nothing to write');
});
