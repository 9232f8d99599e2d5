// The options of the mask form.
import * as z from 'zod';

const count = z.int().positive();

export const maskConfigSchema = z.strictObject({
  /** Of the sound, in hertz. */
  sampleRate: count,
  /** Length of a frame in samples; frames follow each other by half of it. */
  window: count.multipleOf(2),
  /** Bands of frequency in which the mask is made. */
  bands: count,
  channels: count,
  conditionWidth: count,
  /** Width of a picture's frozen feature. */
  visualWidth: count,
  /** One residual block for each, in either stage. */
  dilations: z.array(count).min(1),
  /** Whether a second stage starts from the picture. */
  production: z.boolean(),
  /** Of the semantic matching; 0: none. */
  matchWeight: z.number().min(0).default(0),
  matchWidth: count.default(32),
  temperature: z.number().positive().default(0.07),
});

export type MaskConfig = Readonly<z.infer<typeof maskConfigSchema>>;
