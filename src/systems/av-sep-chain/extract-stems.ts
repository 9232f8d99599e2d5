// An open file's sound in two stems, window by window: a window of inputs in, a hop of sound out.
import type { Arrays } from '../../data/intake.ts';
import { openPredictor } from '../../infer/predictor.ts';
import type { Media } from '../../media/media.ts';
import type { Model } from '../../model/model.ts';
import type { Results } from '../../runtime/feeds.ts';
import type { Channels } from '../../signal/waveform.ts';
import type { ClipReader, Stems, StemsOptions } from '../system.ts';
import { applyMasks, type MaskGrid } from './apply-masks.ts';
import { blendMasks, type WindowMask } from './blend-masks.ts';
import { checkBoth, type ExtractReaderOptions, openExtractReader } from './extract-reader.ts';

const secondsAtOnce = 5;

export type ExtractStemsOptions = {
  readonly reader: Pick<ClipReader, 'windows'>;
  readonly grid: MaskGrid;
  /** The mask [frames, bands] of one window's inputs. */
  readonly mask: (inputs: Arrays) => Promise<Float32Array>;
  /** Seconds between windows. Default: the reader's own choice. */
  readonly hop?: number | undefined;
  /** Called after each window with how many seconds of the file are done. */
  readonly onProgress?: ((seconds: number) => void) | undefined;
};

/**
 * The stems of a file by a trained network.
 * @param maskOf what the model's answers for a window's inputs come to, [frames, bands].
 * @throws DuetError for a clip without picture or sound.
 */
export function stemsByNetwork(
  media: Media,
  reading: ExtractReaderOptions & Pick<MaskGrid, 'bands'>,
  model: Model,
  { openSession, tensors, boxes, ...options }: StemsOptions,
  maskOf: (answers: Results, inputs: Arrays) => Float32Array,
): AsyncIterable<Stems> {
  checkBoth(media);
  return (async function* opened() {
    const reader = await openExtractReader({ ...reading, boxes }, openSession);
    try {
      const predictor = await openPredictor({ backbone: reading.backbone, model, batchSize: 1, openSession });
      try {
        const mask = async (inputs: Arrays) => maskOf(await predictor.run(tensors, inputs, 1), inputs);
        yield* extractStems(media, { ...options, reader, grid: reading, mask });
      } finally {
        await predictor.release();
      }
    } finally {
      await reader.release();
    }
  })();
}

/** The stems at the file's own rate, all of its channels, from its start to its end. Memory does not grow with it. */
export function extractStems(media: Media, options: ExtractStemsOptions): AsyncGenerator<Stems> {
  const { sampleRate, channels } = media.audio!;
  const masks = blendMasks(windowMasks(media, options), options.grid.bands);
  return applyMasks(soundOf(media), masks, options.grid, { sampleRate, channels });
}

async function* windowMasks(media: Media, options: ExtractStemsOptions): AsyncGenerator<WindowMask> {
  const { reader, grid, mask, hop, onProgress } = options;
  const framesPerSecond = grid.sampleRate / (grid.window / 2);
  for await (const { start, end, inputs } of reader.windows(media, { hop })) {
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
