// Names of classes as vectors, by the text encoder that an adapter's classes are known by.
import { DuetError } from '../errors.ts';
import { openTextEmbedder } from '../infer/text-embedder.ts';
import { nodeSessions } from '../runtime/session-node.ts';
import type { Embed } from '../systems/system.ts';
import { checkPrompt, checkTextBackbone } from '../weights/check-prompt.ts';
import { openTextBackbone } from '../weights/open-text-backbone-node.ts';
import type { TextBackbone } from '../weights/text-backbone.ts';
import type { Adapter } from './adapter.ts';

export function embedderOf(texts: TextBackbone): Embed {
  return (names) => {
    const embedder = openTextEmbedder(texts, nodeSessions());
    return embedder.embed(names).finally(() => embedder.release());
  };
}

/**
 * The adapter asked about what the prompts name, in the place of its own classes.
 * @throws DuetError for a prompt that says nothing, for an adapter without texts, and where its encoder is gone.
 */
export async function withPrompts(
  adapter: Adapter,
  prompts: readonly string[],
  { name, signal }: { readonly name: string; readonly signal?: AbortSignal | undefined },
): Promise<Adapter> {
  const { system, settings, known, tensors, open } = adapter;
  if (!known.textEncoder || !open.withClasses)
    throw new DuetError(
      `${name} is a run of ${system.name} that does not know its classes by texts; leave the prompts out.`,
    );
  const texts = await openTextBackbone(known.textEncoder.source, { ...(signal && { signal }) });
  checkTextBackbone(known.textEncoder, texts, name);
  const labels = [...new Set(prompts.map((prompt) => checkPrompt(prompt, texts)))];
  const asked = { ...known, labels };
  return {
    ...{ system, settings, known: asked, open: system.open(settings, asked) },
    tensors: await open.withClasses(tensors, labels, embedderOf(texts)),
  };
}
