// What a clip looks and sounds like over its time, to be drawn over its events. Sound is read stretch by stretch.
import { readSound } from '../data/read-sound.ts';
import type { Media } from '../media/media.ts';
import type { ClipOverview, Shown } from '../report/shown.ts';
import { logStft } from '../signal/log-stft.ts';
import { resize } from '../signal/resize.ts';

const frameCount = 10;
const frameWidth = 96;
const mostColumns = 480;
const bandCount = 64;
const sampleRate = 8000;
/** 62.5 frames a second, and two bins a band. */
const stft = { fftSize: 256, hop: 128, floor: 1e-5 };
const secondsPerStretch = 20;

/** Of the first `seconds` of an open clip. */
export async function clipOverview(media: Media, seconds: number): Promise<ClipOverview> {
  const moments = Array.from({ length: frameCount }, (_, i) => ((i + 0.5) / frameCount) * seconds);
  const frames = media.video ? await media.readFrames(moments) : [];
  const small = frames.map((frame) =>
    resize(frame, frameWidth, Math.max(1, Math.round((frameWidth * frame.height) / frame.width)), 'bilinear'),
  );
  return { frames: small, spectrogram: media.audio && (await spectrogramOf(media, seconds)) };
}

/** The same things with an overview over each timeline. */
export async function withOverviews(all: readonly Shown[], media: Media): Promise<Shown[]> {
  const shown: Shown[] = [];
  for (const one of all)
    shown.push(one.kind === 'timeline' ? { ...one, overview: await clipOverview(media, one.duration) } : one);
  return shown;
}

async function spectrogramOf(media: Media, seconds: number): Promise<ClipOverview['spectrogram']> {
  const frames = Math.max(1, Math.floor((seconds * sampleRate) / stft.hop));
  const columns = Math.min(mostColumns, frames);
  const values = new Float32Array(bandCount * columns);
  const counts = new Uint32Array(columns);
  const perStretch = Math.ceil((secondsPerStretch * sampleRate) / stft.hop);
  for (let first = 0; first < frames; first += perStretch) {
    const count = Math.min(perStretch, frames - first);
    const samples = await readSound(media, first * stft.hop, count * stft.hop, sampleRate);
    const levels = logStft(samples, stft);
    for (let frame = 0; frame < count; frame++) {
      const column = Math.floor(((first + frame) * columns) / frames);
      counts[column]!++;
      // The first bin is the mean.
      for (let band = 0; band < bandCount; band++)
        for (const bin of [2 * band + 1, 2 * band + 2])
          values[band * columns + column]! += levels.values[bin * levels.columns + frame]! / 2;
    }
  }
  return { values: values.map((sum, i) => sum / counts[i % columns]!), rows: bandCount, columns };
}
