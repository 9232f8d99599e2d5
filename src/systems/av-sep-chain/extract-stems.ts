// An open file's sound in two stems, window by window: a window of inputs in, a hop of sound out.
import type { Arrays, Intake } from '../../data/intake.ts';
import type { Media } from '../../media/media.ts';
import type { Channels } from '../../signal/waveform.ts';
import type { Stems } from '../system.ts';
import { applyMasks, type MaskGrid } from './apply-masks.ts';
import { blendMasks, type WindowMask } from './blend-masks.ts';
import { checkBoth } from './extract-intake.ts';

const secondsAtOnce = 5;

export type ExtractStemsOptions = {
  readonly intake: Pick<Intake, 'windows'>;
  readonly grid: MaskGrid;
  /** The mask [frames, bands] of one window's inputs. */
  readonly mask: (inputs: Arrays) => Promise<Float32Array>;
  /** Seconds between windows. Default: the intake's own choice. */
  readonly hop?: number | undefined;
  /** Called after each window with how many seconds of the file are done. */
  readonly onProgress?: ((seconds: number) => void) | undefined;
};

/**
 * The stems at the file's own rate, all of its channels, from its start to its end. Memory does not grow with it.
 * @throws DuetError for a clip without picture or sound.
 */
export function extractStems(media: Media, options: ExtractStemsOptions): AsyncGenerator<Stems> {
  checkBoth(media);
  const { sampleRate, channels } = media.audio!;
  const masks = blendMasks(windowMasks(media, options), options.grid.bands);
  return applyMasks(soundOf(media), masks, options.grid, { sampleRate, channels });
}

async function* windowMasks(media: Media, options: ExtractStemsOptions): AsyncGenerator<WindowMask> {
  const { intake, grid, mask, hop, onProgress } = options;
  const framesPerSecond = grid.sampleRate / (grid.window / 2);
  for await (const { start, end, inputs } of intake.windows(media, { hop })) {
    yield { start: Math.round(start * framesPerSecond), values: await mask(inputs) };
    onProgress?.(end);
  }
}

async function* soundOf(media: Media): AsyncGenerator<Channels> {
  const { sampleRate } = media.audio!;
  const length = Math.round(media.duration * sampleRate);
  const step = secondsAtOnce * sampleRate;
  for (let first = 0; first < length; first += step) {
    const { channels } = await media.readChannels(first / sampleRate, Math.min(first + step, length) / sampleRate);
    yield channels;
  }
}
