// Clips opened and read in a process of their own, which can be stopped: a damaged file may block the code that parses
// it, and neither a time limit nor Ctrl-C can reach that.
import { DuetError, isDuetError, messageOf } from '../errors.ts';
import { type Media, type MediaReference, referencePaths } from '../media/media.ts';
import { isCompiled } from '../threads/is-compiled.ts';
import type { MediaAnswer, MediaOrder } from './media-orders.ts';
import { openProcessPool } from './process-pool-node.ts';

export type MediaReader = {
  /**
   * As openReference, and whatever else goes wrong with a clip, blocks what reads it or crashes it, is a DuetError too. An aborted signal stops
   * whatever is being read, with the signal's reason.
   */
  open(reference: MediaReference, signal?: AbortSignal): Promise<Media>;
  close(): void;
};

/** How long the process may give no sign of life. */
const defaultPatienceMs = 60_000;

/**
 * A reader whose process starts at once and serves one clip after another. From TypeScript sources it reads in the
 * caller's thread. Close it when done; until then an idle one does not keep the program alive.
 * @param memoryBytes above which the process is stopped. Default: no bound.
 */
export async function openMediaReader(patienceMs = defaultPatienceMs, memoryBytes?: number): Promise<MediaReader> {
  if (!isCompiled) {
    const { openReference } = await import('../media/open-reference-node.ts');
    return { open: openReference, close: () => undefined };
  }
  const pool = openProcessPool<MediaOrder, MediaAnswer>({
    script: new URL('./media-process-node.js', import.meta.url),
    hasArrays: true,
    processes: 1,
    patienceMs,
    memoryBytes,
    crashed: (how) => ({ crashed: how }),
  });
  // Whoever opens the first clip hears why a process cannot start.
  pool.run({ ask: 'start' }).catch(() => undefined);
  let count = 0;

  async function open(reference: MediaReference, signal?: AbortSignal): Promise<Media> {
    const id = count++;
    const paths = referencePaths(reference).join(' or ');
    const ask = async <Key extends string>(order: MediaOrder, key: Key) => {
      const answer = await pool.run(order, signal).catch((error) => {
        if (signal?.aborted || isDuetError(error)) throw error;
        const [cause] = messageOf(error).split('\n');
        throw new DuetError(`${paths} cannot be read (${cause}); replace the file or leave it out.`);
      });
      if ('crashed' in answer)
        throw new DuetError(
          `${paths} blocks or crashes its decoder (${answer.crashed}); replace the file or leave it out.`,
        );
      return (answer as Extract<MediaAnswer, Record<Key, unknown>>)[key];
    };
    const description = await ask({ ask: 'describe', id, reference }, 'description');
    return {
      ...description,
      readFrames: async (times) => [...(await ask({ ask: 'frames', id, reference, times }, 'pictures'))],
      readWaveform: (start, end) => ask({ ask: 'sound', id, reference, start, end }, 'waveform'),
      readChannels: (start, end) => ask({ ask: 'channels', id, reference, start, end }, 'sound'),
      close: async () => {
        await pool.run({ ask: 'close', id }).catch(() => undefined);
      },
    };
  }
  return { open, close: pool.close };
}
