// Where clips sound, as annotations.json beside them says (docs/formats.md).
import { join } from 'node:path';
import * as z from 'zod';
import { DuetError } from '../errors.ts';
import { kindOfPath, readJsonClearly } from '../files/read-clearly-node.ts';
import { checkSchema } from '../files/schema-error.ts';

const fraction = z.number().min(0).max(1);
const boxSchema = z.object({ x: fraction, y: fraction, width: fraction, height: fraction });
const annotationsSchema = z.object({
  clips: z.array(
    z.object({
      path: z.string(),
      box: boxSchema,
      distractor: z.object({ class: z.string().optional(), box: boxSchema }).optional(),
    }),
  ),
});

/** Boxes are in fractions of the picture, from its top left corner. */
export type ClipBoxes = Omit<z.infer<typeof annotationsSchema>['clips'][number], 'path'>;

/** The boxes by clip id. @throws DuetError when there is no such file or it is not as expected. */
export async function readBoxes(root: string): Promise<ReadonlyMap<string, ClipBoxes>> {
  const path = join(root, 'annotations.json');
  if ((await kindOfPath(path)) !== 'file')
    throw new DuetError(
      `There is no ${path}; localisation needs one that says in which box each clip sounds (docs/formats.md).`,
    );
  const { clips } = checkSchema(annotationsSchema, await readJsonClearly(path), path);
  return new Map(clips.map(({ path: id, ...boxes }) => [id, boxes]));
}
