// What an index has to do so that it knows the files that there are now.
import type { IndexState, LogLine } from './index-log.ts';

/** A file as its folder lists it. */
export type FoundFile = { readonly path: string; readonly size: number; readonly modified: number };

export type UpdatePlan = {
  /** Lines to add at once: files that are gone, and those whose content is known from another path. */
  readonly lines: readonly LogLine[];
  /** Files to read, with the hash of their content, which was looked at on the way. */
  readonly toRead: readonly (FoundFile & { readonly hash: string })[];
  readonly unchanged: number;
};

/**
 * A file of the same path, size and time of change is not looked at. Others are known by their content: where the index
 * has it under a path that is gone, the file has moved, and where under one that is there, it is a copy.
 */
export async function planUpdate(
  { files, failed }: IndexState,
  found: readonly FoundFile[],
  hashOf: (path: string) => Promise<string>,
): Promise<UpdatePlan> {
  const present = new Set(found.map(({ path }) => path));
  const byHash = new Map([...files.values()].map((file) => [file.hash, file]));
  const gone = new Set([...files.keys(), ...failed.keys()].filter((path) => !present.has(path)));
  const lines: LogLine[] = [];
  const toRead: UpdatePlan['toRead'][number][] = [];
  let unchanged = 0;
  for (const file of found) {
    const known = files.get(file.path) ?? failed.get(file.path);
    if (known?.size === file.size && known.modified === file.modified) {
      unchanged++;
      continue;
    }
    const hash = await hashOf(file.path);
    const own = files.get(file.path);
    const same = own?.hash === hash ? own : byHash.get(hash);
    if (!same) toRead.push({ ...file, hash });
    else if (same === own || gone.delete(same.path)) lines.push({ kind: 'moved', from: same.path, ...file });
    else lines.push({ ...same, ...file, kind: 'file' });
  }
  return { lines: [...[...gone].map((path) => ({ kind: 'gone', path }) as const), ...lines], toRead, unchanged };
}
