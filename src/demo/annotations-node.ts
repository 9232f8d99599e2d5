// The known truth of a generated data set, as annotations.json beside its clips.
import { join } from 'node:path';
import { z } from 'zod';
import { readJsonClearly } from '../files/read-clearly-node.ts';
import { checkSchema } from '../files/schema-error.ts';
import { lookNames, soundNames } from './classes.ts';

export const splits = ['train', 'val', 'test'] as const;
export type Split = (typeof splits)[number];

export const annotationsFile = 'annotations.json';

const fraction = z.number().min(0).max(1);

/** Fractions of the frame, from its top left corner. */
const boxSchema = z.object({ x: fraction, y: fraction, width: fraction, height: fraction });

const clipSchema = z.object({
  /** Within the data set's folder, with forward slashes. */
  path: z.string(),
  class: z.string(),
  split: z.enum(splits),
  index: z.int().nonnegative(),
  look: z.enum(lookNames),
  sound: z.enum(soundNames),
  /** Of the sounding object, with what belongs to it (mallet, log, stream), at the clip's middle. */
  box: boxSchema,
  /** Each onset of the sound, in seconds, and the sounding object's box then. */
  events: z.array(z.object({ time: z.number().nonnegative(), box: boxSchema })),
  /** The silent object; `class` is the first class that has its look. */
  distractor: z.object({ class: z.string(), look: z.enum(lookNames), box: boxSchema }),
  framesPerSecond: z.number().positive(),
  /** Seconds. */
  duration: z.number().positive(),
});

export const demoAnnotationsSchema = z.object({
  version: z.literal(1),
  seed: z.int(),
  clipsPerClass: z.object({ train: z.int().nonnegative(), val: z.int().nonnegative(), test: z.int().nonnegative() }),
  classes: z.array(z.object({ name: z.string(), look: z.enum(lookNames), sound: z.enum(soundNames) })),
  clips: z.array(clipSchema),
});

export type ClipAnnotation = Readonly<z.infer<typeof clipSchema>>;
export type DemoAnnotations = Readonly<z.infer<typeof demoAnnotationsSchema>>;

/** Reads a generated data set's annotations; a DuetError says what is wrong with them. */
export async function readDemoAnnotations(folder: string): Promise<DemoAnnotations> {
  const path = join(folder, annotationsFile);
  return checkSchema(demoAnnotationsSchema, await readJsonClearly(path), path);
}
