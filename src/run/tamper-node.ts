// Fakes made of real videos, as files: every real clip once as it is and once for each kind of tampering, all through
// the same encoder and equally long, so that only the tampering tells them apart.
import { join, resolve } from 'node:path';
import { annotationOf } from '../data/annotation.ts';
import type { Example, LayoutName } from '../data/dataset.ts';
import { type MediaReader, openMediaReader } from '../data/media-reader-node.ts';
import { openDataset } from '../data/open-dataset-node.ts';
import { readSound } from '../data/read-sound.ts';
import { soundStart } from '../data/sound-start.ts';
import { clipSeconds, tamperedClip } from '../data/tampered-clip.ts';
import type { TamperingKind } from '../data/tampering.ts';
import { DuetError, isDuetError } from '../errors.ts';
import { kindOfPath, readJsonClearly } from '../files/read-clearly-node.ts';
import { checkSchema } from '../files/schema-error.ts';
import { ensureFolder, writeFileAtomic } from '../files/write-atomic-node.ts';
import { encodeParts } from '../media/encode-clip.ts';
import { type Media, undecodedText } from '../media/media.ts';
import { crop } from '../signal/crop.ts';
import type { Picture } from '../signal/picture.ts';
import { resample } from '../signal/resample.ts';
import { resize } from '../signal/resize.ts';
import type { Waveform } from '../signal/waveform.ts';
import { withFolderLock } from './run-folder-node.ts';
import { type PlannedClip, planClips, type Recording, type TamperList, tamperListSchema } from './tamper-plan.ts';

export type TamperOptions = {
  /** Real videos: a folder in a layout that says what is real, or of videos alone. */
  readonly videos: string;
  readonly out: string;
  readonly layout?: LayoutName | undefined;
  readonly seed: number;
  readonly kinds: readonly TamperingKind[];
  /** Whether clips are divided into train, val and test, as training would divide the videos. */
  readonly splits: boolean;
  /** Pixels of the longer side of a clip at most. */
  readonly longestSide: number;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: TamperProgress) => void) | undefined;
};

export type TamperProgress = { readonly stage: 'look' | 'make'; readonly done: number; readonly total: number };

export type Tampered = {
  readonly out: string;
  readonly clips: TamperList['clips'];
  /** Files that were there from an earlier, interrupted call. */
  readonly kept: number;
  readonly skipped: readonly { readonly id: string; readonly reason: string }[];
};

/** The list of what was done when, and the table that layouts read. */
const listFile = 'tampering.json';
const tableFile = 'clips.csv';

const framesPerSecond = 25;
const sampleRate = 48_000;
const shortestSeconds = 3;

/**
 * Makes the files, or those that an interrupted call left out. The same videos, seed and kinds give the same bytes.
 * @throws DuetError for data without real videos, and for a folder that holds something else.
 */
export async function tamperVideos(options: TamperOptions): Promise<Tampered> {
  const { videos, splits, seed, layout, kinds, longestSide, signal, onProgress } = options;
  const purpose = splits ? 'train' : 'evaluate';
  const dataset = await openDataset(videos, { purpose, seed, layout, annotation: 'truth' });
  const reals = dataset.examples.filter((example) => annotationOf(example, 'truth')?.real);
  if (reals.length === 0) throw new DuetError(`There are no real videos in ${videos}; fakes are made of real ones.`);
  const folder = resolve(options.out);
  return withFolderLock({ folder, out: options.out, work: 'tampering' }, async () => {
    const reader = await openMediaReader();
    try {
      const skipped: Tampered['skipped'][number][] = [];
      const recordings: Recording[] = [];
      for (const [done, example] of reals.entries()) {
        onProgress?.({ stage: 'look', done, total: reals.length });
        const looked = await look(example, splits, reader, signal);
        if ('reason' in looked) skipped.push({ id: example.id, reason: looked.reason });
        else recordings.push(looked);
      }
      if (recordings.length === 0)
        throw new DuetError(`None of the real videos in ${videos} can be used (${skipped[0]!.reason})`);
      const planned = { version: 1 as const, seed, kinds: [...kinds], longestSide };
      const list: TamperList = { ...planned, clips: planClips(recordings, { seed, kinds }) };
      await claimFolder(options.out, folder, list);
      const byId = new Map(reals.map((example) => [example.id, example]));
      const begins = new Map(recordings.map((recording) => [recording.id, recording.begins]));
      let kept = 0;
      for (const [done, clip] of list.clips.entries()) {
        signal?.throwIfAborted();
        onProgress?.({ stage: 'make', done, total: list.clips.length });
        const path = join(folder, clip.path);
        if ((await kindOfPath(path)) === 'file') kept++;
        else {
          await ensureFolder(join(path, '..'));
          await writeFileAtomic(path, await made(clip, { byId, begins, reader, longestSide, signal }));
        }
      }
      onProgress?.({ stage: 'make', done: list.clips.length, total: list.clips.length });
      await writeFileAtomic(join(folder, tableFile), tableOf(list));
      return { out: options.out, clips: list.clips, kept, skipped };
    } finally {
      reader.close();
    }
  });
}

async function look(
  { id, group, split, media: reference }: Example,
  splits: boolean,
  reader: MediaReader,
  signal: AbortSignal | undefined,
): Promise<Recording | { readonly reason: string }> {
  try {
    const media = await reader.open(reference, signal);
    try {
      if (media.undecoded) return { reason: `Skipped, as ${undecodedText(media.undecoded)}.` };
      if (!media.video || !media.audio) return { reason: `It has no ${media.video ? 'sound' : 'picture'}.` };
      const begins = await soundStart(media, framesPerSecond);
      const frames = Math.floor(clipSeconds(media.duration - begins) * framesPerSecond + 1e-6);
      if (frames < shortestSeconds * framesPerSecond)
        return { reason: `It is too short: clips of ${shortestSeconds} s need ${shortestSeconds + 1} s of sound.` };
      const person = group ?? id;
      return { id, person, split: splits ? split : undefined, begins, seconds: frames / framesPerSecond };
    } finally {
      await media.close();
    }
  } catch (error) {
    if (signal?.aborted || !isDuetError(error)) throw error;
    return { reason: error.message };
  }
}

/** Writes the list first: a later call then knows what the folder is. @throws DuetError where it is something else. */
async function claimFolder(out: string, folder: string, list: TamperList): Promise<void> {
  const path = join(folder, listFile);
  const isThere = (await kindOfPath(path)) === 'file';
  const before = isThere ? checkSchema(tamperListSchema, await readJsonClearly(path), path) : undefined;
  if (before && JSON.stringify(before) !== JSON.stringify(tamperListSchema.parse(list)))
    throw new DuetError(
      `${out} holds clips that were made of other videos, or with another seed or other kinds; name another folder.`,
    );
  if (!before) await writeFileAtomic(path, `${JSON.stringify(list, null, 1)}\n`);
}

type Making = {
  readonly byId: ReadonlyMap<string, Example>;
  readonly begins: ReadonlyMap<string, number>;
  readonly reader: MediaReader;
  readonly longestSide: number;
  readonly signal: AbortSignal | undefined;
};

/** Frames that are in memory together: a second. */
const framesAtOnce = framesPerSecond;

/** The bytes of a clip's file. */
async function made({ source, seconds, tampering }: PlannedClip, making: Making): Promise<Uint8Array> {
  const open = (id: string) => making.reader.open(making.byId.get(id)!.media, making.signal);
  const otherId = tampering && 'other' in tampering ? tampering.other : undefined;
  const own = await open(source);
  const other = otherId === undefined ? undefined : await open(otherId);
  try {
    const media = { own, other: other ?? own };
    const starts = { own: making.begins.get(source)!, other: making.begins.get(otherId ?? source)! };
    const { shown, heard } = tamperedClip(seconds, tampering);
    const size = evenSize(own.video!, making.longestSide);
    const count = Math.round(seconds * framesPerSecond);
    async function* parts(): AsyncGenerator<readonly Picture[]> {
      for (let first = 0; first < count; first += framesAtOnce) {
        const moments = Array.from({ length: Math.min(framesAtOnce, count - first) }, (_, i) =>
          shown((first + i + 0.5) / framesPerSecond),
        );
        const pictures = new Map<string, Picture>();
        for (const of of ['own', 'other'] as const) {
          // A reader gives frames in the order of time only.
          const times = [...new Set(moments.filter((one) => one.of === of).map(({ time }) => time))].sort(
            (a, b) => a - b,
          );
          if (times.length === 0) continue;
          const read = await media[of].readFrames(times.map((time) => time + starts[of]));
          for (const [i, time] of times.entries()) pictures.set(`${of} ${time}`, fitted(read[i]!, size));
        }
        yield moments.map(({ of, time }) => pictures.get(`${of} ${time}`)!);
      }
    }
    const sound = await soundOf(media[heard.of], starts[heard.of] + heard.time, seconds, heard.speed);
    const bitRates = { picture: Math.round(0.15 * framesPerSecond * size.width * size.height), sound: 64_000 };
    return await encodeParts({ ...size, parts: parts(), framesPerSecond, sound, bitRates });
  } finally {
    await own.close();
    await other?.close();
  }
}

async function soundOf(media: Media, start: number, seconds: number, speed: number): Promise<Waveform> {
  const count = Math.round(seconds * sampleRate);
  const first = Math.round(start * sampleRate);
  if (speed === 1) return { samples: await readSound(media, first, count, sampleRate), sampleRate };
  // Played at that many times its rate.
  const samples = await readSound(media, first, Math.ceil(count * speed), sampleRate);
  const faster = resample({ samples, sampleRate: Math.round(sampleRate * speed) }, sampleRate).samples;
  const exact = new Float32Array(count);
  exact.set(faster.subarray(0, count));
  return { samples: exact, sampleRate };
}

type Size = { readonly width: number; readonly height: number };

function evenSize({ width, height }: Size, longestSide: number): Size {
  const scale = Math.min(1, longestSide / Math.max(width, height));
  const even = (pixels: number) => Math.max(16, 2 * Math.round((pixels * scale) / 2));
  return { width: even(width), height: even(height) };
}

/** The picture in another size, the middle of it where it has another shape. */
function fitted(picture: Picture, { width, height }: Size): Picture {
  const scale = Math.min(picture.width / width, picture.height / height);
  const [cropWidth, cropHeight] = [Math.floor(width * scale), Math.floor(height * scale)];
  const x = Math.floor((picture.width - cropWidth) / 2);
  const y = Math.floor((picture.height - cropHeight) / 2);
  return resize(crop(picture, { x, y, width: cropWidth, height: cropHeight }), width, height, 'bilinear');
}

/** For the layout of real and fake clips: who is seen, how a fake was made, and when it is fake. */
function tableOf({ clips }: TamperList): string {
  const cell = (text: string) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const rows = clips.map(({ path, person, tampering, fake_periods, source }) => {
    const periods = fake_periods.map(([start, end]) => `${start}-${end}`).join(' ');
    return [path, person, tampering?.kind ?? '', periods, source].map(cell).join(',');
  });
  return `${['path,person,method,fake_periods,source', ...rows].join('\n')}\n`;
}
