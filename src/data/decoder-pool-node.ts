// Decoding in processes of their own: the native decoder cannot live in two threads of one process,
// and a file that brings a decoder down must not bring the run down.
import type { MediaReference } from '../media/media.ts';
import { isCompiled } from '../threads/is-compiled.ts';
import type { Intake } from './intake.ts';
import type { IntakeOrigin } from './intake-origin.ts';
import { defaultPatienceMs, openProcessPool } from './process-pool-node.ts';
import { type OpenReference, openReadingCache, type ReadingCache } from './reading-cache-node.ts';
import type { ClipOutcome, ReadingIndexOptions } from './reading-index-node.ts';

export type DecoderOrder = { readonly clip: MediaReference; readonly key?: string };

/** What a decoder process is started with. */
export type DecoderArgument = { readonly options: ReadingIndexOptions; readonly origin: IntakeOrigin };

export type DecoderPoolOptions = {
  readonly options: ReadingIndexOptions;
  readonly intake: Intake;
  /** Where processes find the intake; without it the caller's thread decodes. */
  readonly origin: IntakeOrigin | undefined;
  readonly processes: number;
  readonly openReference?: OpenReference | undefined;
  readonly patienceMs?: number;
};

export type DecoderPool = ReadingCache & {
  /** How many clips are decoded at once. */
  readonly processes: number;
  close(): void;
};

/**
 * A pool of `processes`; with 0, with a decoder of the caller's own, and from TypeScript sources it decodes in the
 * caller's thread. A clip at which a decoder crashes or hangs is a clip that cannot be used. An idle pool does not keep
 * the process alive.
 */
export async function openDecoderPool({
  options,
  intake,
  origin,
  processes,
  openReference,
  patienceMs = defaultPatienceMs,
}: DecoderPoolOptions): Promise<DecoderPool> {
  if (openReference || processes === 0 || !origin || !isCompiled) {
    const decoder = openReference ?? (await import('../media/open-reference-node.ts')).openReference;
    return {
      ...openReadingCache({ ...options, intake, openReference: decoder }),
      processes: 1,
      close: () => undefined,
    };
  }
  const pool = openProcessPool<DecoderOrder, ClipOutcome>({
    script: new URL('./decoder-process-node.js', import.meta.url),
    argument: { options, origin } satisfies DecoderArgument,
    processes,
    patienceMs,
    crashed: (how) => ({ reason: crashReason(how) }),
  });
  return {
    processes,
    ensure: (clip) => pool.run({ clip }),
    remake: (key, clip) => pool.run({ clip, key }),
    close: pool.close,
  };
}

/** Why a clip cannot be used at which a decoder ended. */
export function crashReason(how: string): string {
  return `The decoder crashed or hung at it (${how}); replace the file or leave it out.`;
}
