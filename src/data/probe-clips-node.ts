// All clips of a data set looked at, in processes of their own where that is faster.
import { stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { dirname } from 'node:path';
import { type MediaReference, referencePaths } from '../media/media.ts';
import { isCompiled } from '../threads/is-compiled.ts';
import type { Example } from './dataset.ts';
import { crashReason } from './decoder-pool-node.ts';
import { type ClipProbe, probeClip } from './probe-clip-node.ts';
import { defaultPatienceMs, openProcessPool } from './process-pool-node.ts';
import { runAhead } from './run-ahead.ts';

export type ProbeOptions = {
  /** Processes that decode; 0 decodes in the caller's thread. Default: by cores. */
  readonly workers?: number | undefined;
  /** Ends the walk with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
};

/** What a probe tells, or in a sentence that a file is not there. */
export type Looked = ClipProbe | { readonly absent: string };

const mostProcesses = 8;

/** Probes `count` clips in their order; one that cannot be read does not end the walk. */
export async function* probeAll(
  examples: Iterable<Example>,
  count: number,
  { workers, signal }: ProbeOptions,
): AsyncGenerator<{ readonly example: Example; readonly probe: Looked }> {
  const processes = Math.min(workers ?? availableParallelism(), mostProcesses, Math.ceil(count / 4));
  const pool =
    processes > 0 && isCompiled
      ? openProcessPool<MediaReference, ClipProbe>({
          script: new URL('./probe-process-node.js', import.meta.url),
          processes,
          patienceMs: defaultPatienceMs,
          crashed: (how) => ({ broken: crashReason(how) }),
        })
      : { run: probeClip, close: () => undefined };
  const absentFile = absentFiles();
  const look = async (example: Example) => {
    const absent = await absentFile(example.media);
    return { example, probe: absent === undefined ? await pool.run(example.media) : { absent } };
  };
  try {
    yield* runAhead(examples, 4 * Math.max(1, processes), look, signal);
  } finally {
    pool.close();
  }
}

/** Says of a clip which file is not there; of a folder that is not there it asks once, and says one sentence. */
function absentFiles(): (media: MediaReference) => Promise<string | undefined> {
  const folders = new Map<string, Promise<string | undefined>>();
  const absentFolder = (folder: string) => {
    const known =
      folders.get(folder) ??
      isAbsent(folder).then((absent) => (absent ? `There is no folder "${folder}".` : undefined));
    folders.set(folder, known);
    return known;
  };
  return async (media) => {
    for (const path of referencePaths(media)) {
      const absent = await absentFolder(dirname(path));
      if (absent !== undefined) return absent;
      if (await isAbsent(path)) return `There is no file "${path}".`;
    }
    return undefined;
  };
}

async function isAbsent(path: string): Promise<boolean> {
  const code = await stat(path).then(
    () => undefined,
    (error: NodeJS.ErrnoException) => error.code,
  );
  return code === 'ENOENT' || code === 'ENOTDIR';
}
