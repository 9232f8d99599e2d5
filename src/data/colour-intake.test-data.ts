// An intake for this folder's tests, small and unlike any system's: a clip's mean colour and its first samples.

import { createRandom } from '../random.ts';
import type { Intake, Json, Reading, Row } from './intake.ts';
import { missingModality } from './model-inputs.ts';

const sampleCount = 64;

/** Rows are single clips, shuffled and scaled by named draws in training; `key` tells intakes apart. */
export function colourIntake(key: Json = 'colour'): Intake {
  return {
    key,
    async read(media): Promise<Reading> {
      const missing = missingModality(media);
      const [frame] = media.video ? await media.readFrames([media.duration / 2]) : [];
      const samples = new Float32Array(sampleCount);
      if (media.audio) {
        const heard = await media.readWaveform(0, media.duration);
        samples.set(heard.samples.subarray(0, sampleCount));
      }
      const pixels = frame?.data ?? new Uint8Array(0);
      return {
        missing,
        arrays: {
          pixels: { shape: [pixels.length], data: pixels },
          again: { shape: [pixels.length], data: pixels },
          samples: { shape: [sampleCount], data: samples },
          counts: { shape: [1], data: BigInt64Array.of(BigInt(pixels.length)) },
        },
      };
    },
    plan(examples, { name, seed, epoch }) {
      const rows = examples.map(({ id }): Row => ({ clips: [id], target: null }));
      return name === 'train' ? createRandom('order', seed, epoch).shuffle(rows) : rows;
    },
    async row({ clips }, open, { name, seed, epoch }) {
      const reading = await open(clips[0]!);
      const { data } = await reading.get('samples');
      const scale = name === 'train' ? createRandom('scale', seed, epoch, clips[0]!).uniform() : 1;
      const pixels = (await reading.get('pixels')).data as Uint8Array;
      const colour = pixels.reduce((sum, value) => sum + value, 0) / Math.max(1, pixels.length);
      return { samples: (data as Float32Array).map((value) => value * scale), colour: Float32Array.of(colour) };
    },
    async *windows() {},
  };
}
