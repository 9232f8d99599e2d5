// The options of the mask form.
import * as z from 'zod';

const count = z.int().positive();

export const maskConfigSchema = z.strictObject({
  sampleRate: count.meta({ help: 'of the sound, in hertz' }),
  window: count.multipleOf(2).meta({ help: 'length of a frame in samples; frames follow each other by half of it' }),
  bands: count.meta({ help: 'bands of frequency in which the mask is made' }),
  channels: count.meta({ help: 'of the residual blocks' }),
  conditionWidth: count.meta({ help: 'width of what the picture says to a block' }),
  visualWidth: count.meta({ help: 'width of a picture’s frozen feature' }),
  dilations: z.array(count).min(1).meta({ help: 'one residual block for each, in either stage' }),
  production: z.boolean().meta({ help: 'a second stage starts from the picture' }),
  matchWeight: z.number().min(0).default(0).meta({ help: 'of the semantic matching; 0: none' }),
  matchWidth: count.default(32).meta({ help: 'width of what is matched' }),
  temperature: z.number().positive().default(0.07).meta({ help: 'of the matching' }),
});

export type MaskConfig = Readonly<z.infer<typeof maskConfigSchema>>;
