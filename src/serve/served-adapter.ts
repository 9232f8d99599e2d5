// What is said of an adapter that is served.
import * as z from 'zod';
import type { ServedModel } from './models-node.ts';

export const servedAdapterSchema = z.object({
  name: z.string(),
  system: z.string(),
  /** Its classes, in the adapter's order; none of a system that does not classify. */
  classes: z.array(z.string()),
  backbone: z.string(),
  recipe: z.string(),
});

export function servedAdapter({ name, adapter }: Pick<ServedModel, 'name' | 'adapter'>) {
  const { system, known, settings } = adapter;
  const { labels, backbone } = known;
  return { name, system: system.name, classes: [...labels], backbone: backbone.source, recipe: settings.recipe };
}
