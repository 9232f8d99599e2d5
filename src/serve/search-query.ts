// What a search's URL may ask.
import * as z from 'zod';

export const searchQuerySchema = z.strictObject({
  words: z.string().min(1).max(1000).meta({ description: 'What is looked for, in English or as a class is called' }),
  top: z.coerce.number().int().min(1).max(1000).default(10).meta({ description: 'Moments at most' }),
  threshold: z.coerce.number().min(0).max(1).default(0.3).meta({ description: 'How sure a moment must be' }),
  onePerFile: z.stringbool().default(false).meta({ description: 'Only the best moment of each file' }),
});
