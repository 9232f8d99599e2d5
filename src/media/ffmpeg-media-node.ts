// A file that only the user's own ffmpeg can read, as a `Media`.
import { DuetError, messageOf } from '../errors.ts';
import type { Picture } from '../signal/picture.ts';
import { resize } from '../signal/resize.ts';
import { mixDown, type Sound } from '../signal/waveform.ts';
import { type FfmpegIndex, ffmpegIndex, inputArguments, passThrough } from './ffmpeg-index-node.ts';
import { runFfmpeg } from './ffmpeg-process-node.ts';
import { frameIndexAt } from './frame-rule.ts';
import { mostPixels } from './limits.ts';
import type { Media, VideoTrack } from './media.ts';

/**
 * Opens the file with the ffmpeg at `program`. The file is decoded once, to learn its frames' times, and again for
 * every reading.
 */
export async function ffmpegMedia(program: string, path: string): Promise<Media> {
  const running = new Set<() => void>();
  const failed = (error: unknown) =>
    new DuetError(
      `${path} cannot be decoded by ffmpeg (${messageOf(error).replace(/\.$/, '')}); replace the file or leave it out.`,
    );
  const index = await ffmpegIndex(program, path, running).catch((error) => {
    throw failed(error);
  });
  const { video, sound } = index;
  if (!video && !sound)
    throw new DuetError(`${path} holds neither picture nor sound that ffmpeg can decode; choose another file.`);
  const track = video && videoTrack(video);
  if (track && !(track.width * track.height <= mostPixels))
    throw failed(new Error(`frames of ${track.width} x ${track.height} pixels`));

  const readChannels = async (start: number, end: number) => {
    if (!sound) throw new DuetError(`${path} has no sound; choose a file with an audio track.`);
    return readSound(program, path, sound, start, end, running).catch((error) => {
      throw failed(error);
    });
  };

  return {
    container: index.container,
    duration: Math.max(video?.end ?? 0, sound?.end ?? 0),
    video: track,
    audio: sound && { codec: sound.codec, sampleRate: sound.sampleRate, channels: sound.channels },
    readFrames: async (times) => {
      if (!video || !track) throw new DuetError(`${path} has no picture; choose a file with a video track.`);
      const pictures = await readPictures(program, path, video, times, running).catch((error) => {
        throw failed(error);
      });
      return pictures.map((picture) => resize(picture, track.width, track.height, 'bicubic'));
    },
    readWaveform: async (start, end) => mixDown(await readChannels(start, end)),
    readChannels,
    close: async () => {
      for (const stop of running) stop();
    },
  };
}

// ffmpeg turns frames upright by itself.
function videoTrack({ codec, width, height, pixelAspectRatio }: NonNullable<FfmpegIndex['video']>): VideoTrack {
  return {
    codec,
    width: pixelAspectRatio > 1 ? Math.round(width * pixelAspectRatio) : width,
    height: pixelAspectRatio < 1 ? Math.round(height / pixelAspectRatio) : height,
    rotation: 0,
    pixelAspectRatio,
  };
}

async function readPictures(
  program: string,
  path: string,
  video: NonNullable<FfmpegIndex['video']>,
  times: readonly number[],
  running: Set<() => void>,
): Promise<Picture[]> {
  const { width, height } = video;
  const wanted = times.map((time) => frameIndexAt(video.times, time));
  const last = Math.max(-1, ...wanted);
  if (last < 0) return [];
  const found = new Map<number, Picture>();
  let frame = 0;
  let filled = 0;
  let bytes = Buffer.alloc(width * height * 3);
  const args = [
    ...inputArguments(path),
    '-map',
    '0:v:0',
    ...(await passThrough(program)),
    '-pix_fmt',
    'rgb24',
    '-f',
    'rawvideo',
    '-',
  ];
  await runFfmpeg(program, args, running, (piece) => {
    for (let start = 0; start < piece.length && frame <= last; ) {
      const taken = piece.copy(bytes, filled, start, start + bytes.length - filled);
      start += taken;
      filled += taken;
      if (filled < bytes.length) continue;
      if (wanted.includes(frame)) {
        found.set(frame, { width, height, data: bytes });
        bytes = Buffer.alloc(bytes.length);
      }
      filled = 0;
      frame++;
    }
    return frame <= last;
  });
  return wanted.map((place) => {
    const picture = found.get(place);
    if (!picture) throw new Error(`frame ${place} is missing`);
    return picture;
  });
}

async function readSound(
  program: string,
  path: string,
  sound: NonNullable<FfmpegIndex['sound']>,
  start: number,
  end: number,
  running: Set<() => void>,
): Promise<Sound> {
  const { sampleRate, channels: count, chunks } = sound;
  const length = Math.max(0, Math.round((end - start) * sampleRate));
  const channels = Array.from({ length: count }, () => new Float32Array(length));
  let chunk = 0;
  let within = 0;
  let rest: Buffer = Buffer.alloc(0);
  const frameBytes = count * 4;
  await runFfmpeg(program, [...inputArguments(path), '-map', '0:a:0', '-f', 'f32le', '-'], running, (piece) => {
    const bytes = Buffer.concat([rest, piece]);
    let offset = 0;
    for (; offset + frameBytes <= bytes.length && chunk < chunks.length; offset += frameBytes) {
      const place = Math.round((chunks[chunk]!.start - start) * sampleRate) + within;
      if (place >= 0 && place < length)
        for (const [channel, samples] of channels.entries()) samples[place] = bytes.readFloatLE(offset + channel * 4);
      if (++within === chunks[chunk]!.length) {
        chunk++;
        within = 0;
      }
    }
    rest = bytes.subarray(offset);
    return chunk < chunks.length && chunks[chunk]!.start < end;
  });
  return { channels, sampleRate };
}
