// Files of every kind through `duet predict`: each is predicted, or gets its one sentence; none crashes it or hangs.
import { existsSync, readdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, inject, test } from 'vitest';
import { createClip } from '../src/demo/clip.ts';
import { encodeClip } from '../src/media/encode-clip.ts';
import { duet, newFolder } from './duet.ts';

type Window = {
  readonly start: number;
  readonly end: number;
  readonly top: readonly { readonly probability: number }[];
};
type Prediction = {
  readonly path: string;
  readonly error?: string;
  readonly windows?: readonly Window[];
  readonly events?: unknown[];
};

const shared = fileURLToPath(new URL('../../shared/data/', import.meta.url));

/** Predicts files in one go; nothing may be lost or untold. */
async function predictAll(files: readonly string[], ...options: string[]): Promise<Prediction[]> {
  const ended = await duet([
    'predict',
    inject('shared').run,
    ...files,
    '--json',
    '--quiet',
    '--threads',
    '1',
    ...options,
  ]);
  const results = JSON.parse(ended.out) as Prediction[];
  expect(results.map(({ path }) => path)).toEqual(files);
  const failures = results.filter(({ error }) => error !== undefined);
  expect(ended.code).toBe(failures.length > 0 ? 1 : 0);
  expect(ended.error).toBe(failures.map(({ error }) => `duet: ${error}\n`).join(''));
  for (const { path, error, windows } of results) {
    if (error !== undefined) {
      expect(error).toContain(path);
      expect(error).toMatch(/\.$/);
      expect(error).not.toMatch(/undefined|\bat .*:\d+/);
      continue;
    }
    expect(windows!.length).toBeGreaterThan(0);
    for (const { start, end, top } of windows!) {
      expect(end).toBeGreaterThan(start);
      for (const { probability } of top) expect(probability).toSatisfy((share: number) => share >= 0 && share <= 1);
    }
  }
  return results;
}

describe('the files of ../shared', () => {
  const [formats, clips] = [join(shared, 'formats'), join(shared, 'clips')];

  test.skipIf(!existsSync(formats))(
    'in odd formats are predicted or refused in a sentence, also with a missing modality put in',
    async () => {
      const files = readdirSync(formats).map((name) => join(formats, name));
      const strict = await predictAll(files);
      const lenient = await predictAll(files, '--missing', 'zero');
      const read = (results: readonly Prediction[]) =>
        results.filter(({ windows }) => windows).map(({ path }) => path.slice(formats.length + 1));
      expect(read(strict)).toEqual(
        expect.arrayContaining([
          'edit-list.mp4',
          'h264-aac.mp4',
          'silent-track.mp4',
          'vp8-vorbis.webm',
          'vp9-opus.webm',
        ]),
      );
      const more = [
        'av1-no-audio.mkv',
        'h264-10bit.mp4',
        'non-square-pixels.mp4',
        'rotated-90.mov',
        'variable-frame-rate.mp4',
      ];
      expect(read(lenient)).toEqual(expect.arrayContaining([...read(strict), ...more, 'two-audio-tracks.mp4']));
    },
  );

  test.skipIf(!existsSync(clips))('that are real videos are all predicted', async () => {
    const files = readdirSync(clips).flatMap((name) =>
      readdirSync(join(clips, name)).map((file) => join(clips, name, file)),
    );
    expect(files.length).toBeGreaterThan(10);
    for (const { error } of await predictAll(files)) expect(error).toBeUndefined();
  });
});

test('files at which the parser or the decoder fails are reported, and the others are predicted', async () => {
  const folder = await newFolder('failing');
  const [flac, mkv] = [join(folder, 'frameless.flac'), join(folder, 'overlong.mkv')];
  const stream = Buffer.concat([Buffer.from('fLaC\x80\0\0\x22\x10\0\x10\0', 'latin1'), Buffer.alloc(30)]);
  stream.set([0x0a, 0xc4, 0x40, 0xf0], 18);
  await writeFile(flac, stream);
  await writeFile(mkv, Buffer.from([0x1a, 0x45, 0xdf, 0xa3, 0x08, 0, 0x0f, 0x42, 0x40, 0x42, 0x86, 0x81, 1]));
  const clip = join(inject('shared').data, 'test/metal-bowl/000.webm');
  const results = await predictAll([clip, flac, mkv, clip]);
  expect(results.map(({ error }) => error === undefined)).toEqual([true, false, false, true]);
});

test('a long video is predicted window by window and gives a timeline', async () => {
  const parts = ['metal-bowl', 'calling-bird', 'pouring-jug'].map((className) =>
    createClip({ seed: 1, split: 'test', className, index: 0 }),
  );
  const sounds = parts.map(({ sound }) => sound.samples);
  const samples = new Float32Array(sounds.reduce((length, part) => length + part.length, 0));
  for (const [index, part] of sounds.entries()) samples.set(part, index * sounds[0]!.length);
  const file = join(await newFolder('long'), 'long.webm');
  const { sampleRate } = parts[0]!.sound;
  await writeFile(
    file,
    await encodeClip({
      frames: parts.flatMap(({ frames }) => frames),
      framesPerSecond: 10,
      sound: { samples, sampleRate },
    }),
  );

  const [long] = await predictAll([file], '--hop', '1', '--threshold', '0');
  const windows = long!.windows!;
  // 15 seconds, five a window, one apart.
  expect(windows.length).toBeGreaterThanOrEqual(11);
  expect(windows.map(({ start }) => start)).toEqual(windows.map((_, index) => index));
  const events = long!.events as { start: number; end: number; label: string; probability: number }[];
  expect(events.length).toBeGreaterThan(0);
  for (const [index, event] of events.entries()) {
    expect(event.end).toBeGreaterThan(event.start);
    if (index > 0) expect(event.start).toBeGreaterThanOrEqual(events[index - 1]!.start);
  }
  const part = await predictAll([file], '--start', '5', '--end', '10');
  expect(part[0]!.windows).toHaveLength(1);
  const told = await duet(['predict', inject('shared').run, file, '--hop', '1', '--threshold', '0', '--threads', '1']);
  expect(told.out).toMatch(/long\.webm: \d+ events?\n +0:\d\d\.\d–0:\d\d\.\d +\d+ % +\S+/);
});
