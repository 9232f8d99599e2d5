// Found moments as files of their own.
import { basename, extname, join } from 'node:path';
import { isDuetError, messageOf } from '../errors.ts';
import { ensureFolder } from '../files/write-atomic-node.ts';
import { cutClip } from '../media/cut-clip-node.ts';
import type { FoundMoment } from './search-node.ts';

/** A moment's own file, or why there is none. */
export type CutMoment = { readonly path: string; readonly clip?: string; readonly reason?: string };

/**
 * Cuts moments out of their videos, the first as 01-NAME-START-END.
 * @throws DuetError where the folder cannot be made; a video that cannot be cut is told in its place.
 */
export async function cutMoments(
  moments: readonly FoundMoment[],
  folder: string,
  signal?: AbortSignal,
): Promise<CutMoment[]> {
  await ensureFolder(folder);
  const cut: CutMoment[] = [];
  for (const [place, { path, start, end }] of moments.entries()) {
    signal?.throwIfAborted();
    const stem = basename(path, extname(path));
    const name = `${String(place + 1).padStart(2, '0')}-${stem}-${start.toFixed(1)}-${end.toFixed(1)}`;
    try {
      cut.push({ path, clip: await cutClip(path, join(folder, name), { start, end }) });
    } catch (error) {
      cut.push({ path, reason: isDuetError(error) ? error.message : `${path}: ${messageOf(error)}` });
    }
  }
  return cut;
}
