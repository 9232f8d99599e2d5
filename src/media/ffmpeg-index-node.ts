// What ffmpeg says of a file: its tracks and when each frame and each stretch of sound begins.
import { runFfmpeg } from './ffmpeg-process-node.ts';

export type FfmpegIndex = {
  readonly container: string;
  readonly video:
    | { codec: string; width: number; height: number; pixelAspectRatio: number; times: Float64Array; end: number }
    | undefined;
  /** `chunks`: start in seconds and samples per channel of each stretch, in order. */
  readonly sound:
    | { codec: string; sampleRate: number; channels: number; chunks: { start: number; length: number }[]; end: number }
    | undefined;
};

/** Every frame as it comes, neither repeated nor dropped: the option's name depends on the version. */
export async function passThrough(program: string): Promise<string[]> {
  let said = '';
  await runFfmpeg(program, ['-version'], new Set(), (piece) => {
    said += piece.toString('utf8');
    return true;
  });
  // FFmpeg 6 has libavutil 58. What is built between releases has no version of its own, but its libraries have.
  const major = Number(/libavutil\s+(\d+)\./.exec(said)?.[1] ?? 99);
  return [major >= 58 ? '-fps_mode' : '-vsync', 'passthrough'];
}

/** The file alone: no other protocol, and no name that could be read as an option. */
export function inputArguments(path: string): string[] {
  return ['-protocol_whitelist', 'file,pipe', '-i', `file:${path}`];
}

/**
 * Decodes the whole file once and notes the times (`framecrc` lists a line per frame: stream, dts, pts, duration, size,
 * checksum).
 */
export async function ffmpegIndex(program: string, path: string, running: Set<() => void>): Promise<FfmpegIndex> {
  const parse = framecrcParser();
  let rest = '';
  const tracks = ['-map', '0:v:0?', '-map', '0:a:0?', ...(await passThrough(program)), '-c:a', 'pcm_s16le'];
  const said = await runFfmpeg(
    program,
    [...inputArguments(path), ...tracks, '-f', 'framecrc', '-'],
    running,
    (piece) => {
      const lines = (rest + piece.toString('latin1')).split('\n');
      rest = lines.pop() ?? '';
      lines.forEach(parse.line);
      return true;
    },
  );
  const codecOf = (kind: string) => new RegExp(`Stream #0:.*?: ${kind}: (\\w+)`).exec(said)?.[1] ?? 'unknown';
  const container = /Input #0, (.+?), from/.exec(said)?.[1] ?? 'unknown';
  return { container, ...parse.result(codecOf('Video'), codecOf('Audio')) };
}

type Header = { media: string; unit: number; dimensions: string; sar: string; rate: number };

function framecrcParser() {
  const headers: Header[] = [];
  const times: number[] = [];
  const chunks: { start: number; length: number }[] = [];
  let channels = 1;
  let videoEnd = 0;

  const header = (key: string, stream: number, value: string) => {
    headers[stream] ??= { media: '', unit: 1, dimensions: '', sar: '', rate: 0 };
    const entry = headers[stream];
    if (key === 'tb') entry.unit = ratio(value, '/');
    else if (key === 'media_type') entry.media = value;
    else if (key === 'dimensions') entry.dimensions = value;
    else if (key === 'sar') entry.sar = value;
    else if (key === 'sample_rate') entry.rate = Number(value);
  };

  const line = (text: string) => {
    const named = /^#(\w+) (\d+): (.+)$/.exec(text);
    if (named) return header(named[1]!, Number(named[2]), named[3]!.trim());
    const [stream, , pts, duration, size] = text.split(',').map(Number);
    const entry = stream === undefined ? undefined : headers[stream];
    if (!entry || pts === undefined || duration === undefined || size === undefined) return;
    if (entry.media === 'video') {
      times.push(pts * entry.unit);
      videoEnd = Math.max(videoEnd, (pts + duration) * entry.unit);
    } else if (duration > 0) {
      const length = Math.round(duration * entry.unit * entry.rate);
      channels = Math.max(1, Math.round(size / 2 / length));
      chunks.push({ start: pts * entry.unit, length });
    }
  };

  const result = (videoCodec: string, audioCodec: string): Pick<FfmpegIndex, 'video' | 'sound'> => {
    const picture = headers.find((entry) => entry?.media === 'video');
    const sound = headers.find((entry) => entry?.media === 'audio');
    const [width, height] = (picture?.dimensions ?? '').split('x').map(Number);
    const last = chunks.at(-1);
    return {
      video:
        picture && times.length > 0
          ? {
              codec: videoCodec,
              width: width!,
              height: height!,
              pixelAspectRatio: ratio(picture.sar, '/') || 1,
              times: Float64Array.from(times),
              end: videoEnd,
            }
          : undefined,
      sound:
        sound && last
          ? { codec: audioCodec, sampleRate: sound.rate, channels, chunks, end: last.start + last.length / sound.rate }
          : undefined,
    };
  };
  return { line, result };
}

function ratio(text: string, separator: string): number {
  const [over, under] = text.split(separator).map(Number);
  return over! / under!;
}
