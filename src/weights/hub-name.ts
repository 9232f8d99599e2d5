// The names that models have on the Hugging Face hub.

/** What 'owner/name' or 'owner/name@revision' names; undefined for anything else. */
export function hubName(source: string): { readonly name: string; readonly revision: string } | undefined {
  const parts = /^(?<name>[A-Za-z0-9][\w.-]*\/[A-Za-z0-9][\w.-]*)(@(?<revision>[\w][\w.-]*))?$/.exec(source)?.groups;
  return parts?.name ? { name: parts.name, revision: parts.revision ?? 'main' } : undefined;
}
