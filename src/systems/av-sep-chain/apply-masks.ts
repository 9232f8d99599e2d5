// A stream of masks applied to a file's sound at its own rate, all channels by the same mask, in two stems that add up to
// the original.
// Shapes: C channels of blocks of samples; n the length of a frame of the file's spectrum.
import { fourierTransform } from '../../signal/fourier.ts';
import { periodicHann } from '../../signal/hann.ts';
import type { Channels } from '../../signal/waveform.ts';
import type { Stems } from '../system.ts';
import { melBands } from './mel-bands.ts';

export type MaskGrid = {
  /** Of the sound that the masks were made for, in hertz, and the length of its frames in samples. */
  readonly sampleRate: number;
  readonly window: number;
  readonly bands: number;
};

/** Steps of 24-bit sound. Numbers on it that lie between -2 and 2 add up in float32 without rounding. */
const grid = 2 ** 23;

/**
 * The stems of a sound, in blocks of one hop. They add up to the sound, rounded to 24 bits, sample for sample.
 * @param sound blocks of any lengths, of `channels` channels at `sampleRate` hertz.
 * @param masks [bands] for each frame of the mask's grid; the last one holds on to the end of the sound.
 */
export async function* applyMasks(
  sound: AsyncIterable<Channels>,
  masks: AsyncIterable<Float32Array>,
  maskGrid: MaskGrid,
  { sampleRate, channels }: { readonly sampleRate: number; readonly channels: number },
): AsyncGenerator<Stems> {
  const window = 2 ** Math.round(Math.log2((maskGrid.window * sampleRate) / maskGrid.sampleRate));
  const hop = window / 2;
  const masker = openMasker(window, maskGrid, sampleRate);
  const maskAt = followMasks(masks);
  const framesPerHop = (hop * maskGrid.sampleRate) / (sampleRate * (maskGrid.window / 2));
  const silence = () => Array.from({ length: channels }, () => new Float32Array(hop));
  /** Of the sound: the block before the one that comes, and what of it the frame before has given already. */
  let before: Channels = silence();
  let begun = silence();
  let count = 0;
  const step = async (block: Channels): Promise<Stems> => {
    const mask = await maskAt(count * framesPerHop);
    const frames = masker(before, block, mask);
    const target = begun.map((samples, channel) => samples.map((value, i) => value + frames[channel]![i]!));
    begun = frames.map((frame) => frame.slice(hop));
    const stems = count > 0 ? inStems(before, target) : { target: [], rest: [] };
    before = block;
    count++;
    return stems;
  };
  let length = 0;
  for await (const block of inBlocks(sound, channels, hop)) {
    length += block.length;
    const stems = await step(block.samples);
    if (stems.target.length > 0) yield stems;
  }
  if (length === 0) return;
  const last = await step(silence());
  const end = length - (count - 2) * hop;
  yield { target: last.target.map((samples) => samples.slice(0, end)), rest: last.rest.map((s) => s.slice(0, end)) };
}

/** The sound and what is left of it, both on the grid of 24-bit sound. */
function inStems(sound: Channels, target: Channels): Stems {
  const rounded = target.map((samples) => samples.map((value) => Math.round(value * grid) / grid));
  return {
    target: rounded,
    rest: sound.map((samples, channel) =>
      samples.map((value, i) => Math.round(value * grid) / grid - rounded[channel]![i]!),
    ),
  };
}

/** Blocks of exactly `hop` samples, the last filled up with zeros, and how many samples of each are sound. */
async function* inBlocks(
  sound: AsyncIterable<Channels>,
  channels: number,
  hop: number,
): AsyncGenerator<{ readonly samples: Channels; readonly length: number }> {
  const empty = () => Array.from({ length: channels }, () => new Float32Array(hop));
  let block = empty();
  let filled = 0;
  for await (const part of sound)
    for (let start = 0; start < part[0]!.length; ) {
      const taken = Math.min(hop - filled, part[0]!.length - start);
      for (const [channel, samples] of block.entries())
        samples.set(part[channel]!.subarray(start, start + taken), filled);
      start += taken;
      filled += taken;
      if (filled < hop) continue;
      yield { samples: block, length: hop };
      block = empty();
      filled = 0;
    }
  if (filled > 0) yield { samples: block, length: filled };
}

/** The mask at a place between frames, for places that ascend. */
function followMasks(masks: AsyncIterable<Float32Array>): (place: number) => Promise<Float32Array> {
  const frames = masks[Symbol.asyncIterator]();
  let index = -1;
  let low: Float32Array | undefined;
  let high: Float32Array | undefined;
  const advance = async () => {
    const { value, done } = await frames.next();
    low = high;
    if (!done) high = value;
    index++;
  };
  return async (place) => {
    if (index < 0) {
      await advance();
      await advance();
    }
    // Between frames index - 1 and index.
    while (place >= index) await advance();
    const part = place - (index - 1);
    return low!.map((value, band) => value + part * (high![band]! - value));
  };
}

/** Frame by frame: spectrum, mask, and back under the window's other root. Two channels share a transform. */
function openMasker(window: number, maskGrid: MaskGrid, sampleRate: number) {
  const hop = window / 2;
  const root = periodicHann(window).map(Math.sqrt);
  const transform = fourierTransform(window);
  const table = bandsOfBins(window, maskGrid, sampleRate);
  const gains = new Float64Array(hop + 1);
  const real = new Float64Array(window);
  const imaginary = new Float64Array(window);
  const windowed = (before: Float32Array, block: Float32Array, into: Float64Array) => {
    into.set(before);
    into.set(block, hop);
    for (let i = 0; i < window; i++) into[i]! *= root[i]!;
  };
  return (before: Channels, block: Channels, mask: Float32Array): Float32Array[] => {
    for (let bin = 0; bin <= hop; bin++) {
      let gain = 0;
      for (let band = 0; band < mask.length; band++) gain += table[bin * mask.length + band]! * mask[band]!;
      gains[bin] = gain / window;
    }
    const frames = before.map(() => new Float32Array(window));
    for (let channel = 0; channel < before.length; channel += 2) {
      const isPair = channel + 1 < before.length;
      windowed(before[channel]!, block[channel]!, real);
      if (isPair) windowed(before[channel + 1]!, block[channel + 1]!, imaginary);
      else imaginary.fill(0);
      transform(real, imaginary);
      for (let bin = 0; bin < window; bin++) {
        const gain = gains[Math.min(bin, window - bin)]!;
        real[bin]! *= gain;
        imaginary[bin]! *= gain;
      }
      // With the parts exchanged, the forward transform is the inverse one.
      transform(imaginary, real);
      for (let i = 0; i < window; i++) {
        frames[channel]![i] = root[i]! * real[i]!;
        if (isPair) frames[channel + 1]![i] = root[i]! * imaginary[i]!;
      }
    }
    return frames;
  };
}

/**
 * For each bin of the file's spectrum its weights of the bands; beyond the mask's range those of the highest band:
 * [bins, bands].
 */
function bandsOfBins(window: number, { bands, window: maskWindow, sampleRate: maskRate }: MaskGrid, rate: number) {
  const { spread } = melBands(bands, maskWindow, maskRate);
  const last = maskWindow / 2;
  // At half its rate a mask has no weights; where the sound goes on, the highest band's are taken.
  const highest = Float64Array.from({ length: bands }, (_, band) => Number(band === bands - 1 && rate > maskRate));
  const ofMaskBin = (bin: number) => (bin < last ? spread.values.subarray(bin * bands, (bin + 1) * bands) : highest);
  const weights = new Float64Array((window / 2 + 1) * bands);
  for (let bin = 0; bin <= window / 2; bin++) {
    const place = (bin * rate * maskWindow) / (window * maskRate);
    const low = Math.floor(place);
    const [below, above] = [ofMaskBin(low), ofMaskBin(low + 1)];
    weights.set(
      below.map((weight, band) => weight + (place - low) * (above[band]! - weight)),
      bin * bands,
    );
  }
  return weights;
}
