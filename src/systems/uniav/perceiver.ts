// A clip's rows of features from the frozen backbone, stretch by stretch as the clip is read.

import { elementCount, input, type Shape, type Tensor } from '../../graph/tensor.ts';
import type { Media } from '../../media/media.ts';
import { clipsTogether } from '../../model/clips-together.ts';
import { frozenWeights } from '../../model/frozen-weights.ts';
import { pictureRows, rowWidths, soundRows } from '../../model/row-encoder.ts';
import type { VitConfig } from '../../model/vit.ts';
import { pad } from '../../runtime/feeds.ts';
import type { OpenSession } from '../../runtime/session.ts';
import type { Backbone } from '../../weights/backbone.ts';
import type { RowStretch } from './row-chunks.ts';
import { type RowInputSettings, rowInputs } from './row-inputs.ts';

export type Perceiver = {
  /** All rows of an open clip, in order; a modality that the clip lacks is empty. */
  rows(media: Media, settings: RowInputSettings): AsyncGenerator<RowStretch>;
  release(): Promise<void>;
};

/** Moments that are computed at once at most. */
const mostMoments = 16;

/** Loads both halves of the encoder. Release it when done. */
export async function openPerceiver(backbone: Backbone, openSession: OpenSession): Promise<Perceiver> {
  const { config } = backbone;
  const frozen = frozenWeights(backbone.weights);
  const widths = rowWidths(config);
  const portion = clipsTogether(mostMoments, openSession.activationBytes, widestBytes(config));
  const open = async (shape: Shape, width: number, rowsOf: (moments: Tensor) => Tensor) => {
    const moments = input('moments', [portion, ...shape]);
    const session = await openSession({ rows: rowsOf(moments) });
    const cells = elementCount(shape);
    return {
      release: () => session.release(),
      async run(values: Float32Array, count: number): Promise<Float32Array> {
        const rows = new Float32Array(count * width);
        for (let start = 0; start < count; start += portion) {
          const part = values.subarray(start * cells, (start + portion) * cells);
          const results = await session.run({ moments: pad(part, portion * cells) });
          rows.set(results.rows!.subarray(0, Math.min(portion, count - start) * width), start * width);
        }
        return rows;
      },
    };
  };
  const pictures = await open([3, ...config.inputSize], widths.visual, (x) => pictureRows(x, frozen, config));
  const sounds = await open([1, ...config.inputSize], widths.audio, (x) => soundRows(x, frozen, config));
  return {
    async *rows(media, settings) {
      for await (const { count, images, spectrograms } of rowInputs(media, settings))
        yield {
          count,
          visual: images ? await pictures.run(images, count) : new Float32Array(0),
          audio: spectrograms ? await sounds.run(spectrograms, count) : new Float32Array(0),
        };
    },
    async release() {
      await pictures.release();
      await sounds.release();
    },
  };
}

/** Of a moment: its tokens in the middle of a block's two linear layers. */
function widestBytes({ inputSize: [height, width], patchSize, mlpWidth }: VitConfig): number {
  return (1 + (height * width) / patchSize ** 2) * mlpWidth * Float32Array.BYTES_PER_ELEMENT;
}
