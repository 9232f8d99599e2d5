// What a job of an archive's queue is: names and paths, and no numbers of any clip.
import * as z from 'zod';

const times = { start: z.number().optional(), end: z.number().optional() };

export const shardJobSchema = z.object({
  /** The model's hash: a worker with another one refuses. */
  model: z.string(),
  settings: z.object({
    hop: z.number().nullable(),
    missing: z.enum(['error', 'zero']),
    options: z.record(z.string(), z.unknown()),
  }),
  /** The folder of results. */
  out: z.string(),
  index: z.int(),
  /** The file in it. */
  name: z.string(),
  rows: z.array(
    z.object({
      row: z.int(),
      id: z.string(),
      media: z.union([
        z.object({ kind: z.literal('video'), path: z.string(), ...times }),
        z.object({ kind: z.literal('pair'), image: z.string(), audio: z.string(), ...times }),
      ]),
    }),
  ),
});

export type ShardJob = z.infer<typeof shardJobSchema>;
