// Clips as rows of the frozen backbone's features: whole, to be kept, and in the chunks that prediction looks at.
import type { Reading, Window } from '../../data/intake.ts';
import { missingModality } from '../../data/model-inputs.ts';
import { wholeClip } from '../../data/windows.ts';
import { joinFloat32 } from '../../files/tensor-values.ts';
import type { Media } from '../../media/media.ts';
import { rowWidths } from '../../model/row-encoder.ts';
import type { OpenSession } from '../../runtime/session.ts';
import type { Backbone } from '../../weights/backbone.ts';
import type { ClipReader } from '../system.ts';
import type { NetworkConfig } from './config.ts';
import { openPerceiver } from './perceiver.ts';
import { type RowStretch, rowChunks } from './row-chunks.ts';
import type { RowInputSettings } from './row-inputs.ts';

export type PerceiveOptions = {
  readonly backbone: Backbone;
  readonly settings: RowInputSettings;
  readonly config: Pick<NetworkConfig, 'visualWidth' | 'audioWidth'>;
  /** Rows of a chunk. */
  readonly length: number;
};

export async function openRowReader(options: PerceiveOptions, openSession: OpenSession): Promise<ClipReader> {
  const { backbone, settings, config, length } = options;
  const perceiver = await openPerceiver(backbone, openSession);
  return {
    async read(media): Promise<Reading> {
      const stretches: RowStretch[] = [];
      for await (const stretch of perceiver.rows(media, settings)) stretches.push(stretch);
      const steps = stretches.reduce((sum, { count }) => sum + count, 0);
      const widths = rowWidths(backbone.config);
      const whole = (name: 'visual' | 'audio') => ({
        shape: [steps, widths[name]],
        data: joinFloat32(stretches.map((stretch) => stretch[name])),
      });
      const missing = missingModality(media);
      return {
        missing,
        arrays: {
          ...(missing !== 'picture' && { visual: whole('visual') }),
          ...(missing !== 'sound' && { audio: whole('audio') }),
        },
      };
    },
    async *windows(media): AsyncGenerator<Window> {
      const missing = missingModality(media);
      for await (const { start, count, ...inputs } of rowChunks(perceiver.rows(media, settings), length, config)) {
        const [from, to] = [start / settings.rate, (start + count) / settings.rate];
        const end = Math.min(to, wholeClip(media).end);
        yield { start: from, end, inputs, missing, frame: await frameAt(media, (from + end) / 2) };
      }
    },
    release: () => perceiver.release(),
  };
}

async function frameAt(media: Media, seconds: number) {
  return media.video && (await media.readFrames([seconds]))[0];
}
