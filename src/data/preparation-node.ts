// Bringing the clips of whole splits into the cache of readings before they are used, so that what an epoch holds is
// settled beforehand.
import { availableParallelism } from 'node:os';
import { DuetError } from '../errors.ts';
import { labelOf } from './annotation.ts';
import type { CachedClip, SkippedClip, SubstitutedClip } from './batch.ts';
import { type Dataset, type Example, examplesOf, groupBy, type Split, splitNames } from './dataset.ts';
import type { DecoderPool } from './decoder-pool-node.ts';
import type { PrepareOptions } from './feed.ts';
import { type ClipOutcome, lookUp, type ReadingIndexOptions } from './reading-index-node.ts';
import { runAhead } from './run-ahead.ts';

/** A usable clip, and where its reading is. */
export type PreparedClip = { readonly example: Example; readonly cached: CachedClip };

export type Preparation = {
  readonly substituted: readonly SubstitutedClip[];
  prepare(options?: PrepareOptions): Promise<void>;
  /** The usable clips of a split that has been prepared, in the data set's order. */
  of(split: Split): readonly PreparedClip[];
};

export type PreparationOptions = {
  readonly dataset: Dataset;
  readonly index: ReadingIndexOptions;
  /** 0 decodes in the caller's thread; otherwise all cores decode, as nothing else runs meanwhile. */
  readonly workers: number;
  readonly openDecoders: (processes: number) => Promise<DecoderPool>;
  readonly signal: AbortSignal;
  skip(clip: SkippedClip): void;
};

const mostDecoders = 8;
/** Looking a clip up waits for the disk rather than for the CPU. */
const lookUpsAtOnce = 16;

/** Each split is prepared once; asking again costs nothing. */
export function createPreparation(options: PreparationOptions): Preparation {
  const { dataset, index, skip } = options;
  const prepared = new Map<Split, PreparedClip[]>();
  const substituted: SubstitutedClip[] = [];
  let turn: Promise<unknown> = Promise.resolve();

  async function prepareNow(prepareOptions: PrepareOptions): Promise<void> {
    const splits = (prepareOptions.splits ?? splitNames).filter((split) => !prepared.has(split));
    const examples = splits.flatMap((split) => examplesOf(dataset, split));
    if (examples.length === 0) return;
    const outcomes = await ensureAll(examples, prepareOptions);
    for (const split of splits) {
      const ofSplit = examplesOf(dataset, split);
      checkUsable(split, ofSplit, outcomes);
      prepared.set(
        split,
        ofSplit.flatMap((example) => usableClip(example, outcomes.get(example.id)!)),
      );
    }
  }

  function usableClip(example: Example, outcome: ClipOutcome): PreparedClip[] {
    const { id, media } = example;
    if (outcome.key === undefined) {
      skip({ id, reason: outcome.reason });
      return [];
    }
    if (outcome.missing) substituted.push({ id, missing: outcome.missing });
    return [{ example, cached: { id, key: outcome.key, media } }];
  }

  async function ensureAll(
    examples: readonly Example[],
    { signal, onProgress }: PrepareOptions,
  ): Promise<Map<string, ClipOutcome>> {
    const total = examples.length;
    const processes = options.workers === 0 ? 0 : Math.min(availableParallelism(), mostDecoders, Math.ceil(total / 4));
    let decoders: Promise<DecoderPool> | undefined;
    const ensure = async (example: Example) => {
      const known = await lookUp(example.media, index);
      if (known) return { example, outcome: known };
      decoders ??= options.openDecoders(processes);
      return { example, outcome: await (await decoders).ensure(example.media) };
    };
    const outcomes = new Map<string, ClipOutcome>();
    let failed = 0;
    const eitherSignal = signal ? AbortSignal.any([signal, options.signal]) : options.signal;
    try {
      for await (const { example, outcome } of runAhead(examples, lookUpsAtOnce, ensure, eitherSignal)) {
        outcomes.set(example.id, outcome);
        if (outcome.key === undefined) failed++;
        onProgress?.({ done: outcomes.size, total, failed });
      }
    } finally {
      (await decoders)?.close();
    }
    return outcomes;
  }

  return {
    substituted,
    of: (split) => prepared.get(split) ?? [],
    prepare(prepareOptions = {}) {
      // One at a time, so that two callers do not decode the same clips.
      const mine = turn.then(() => prepareNow(prepareOptions));
      turn = mine.catch(() => undefined);
      return mine;
    },
  };
}

/**
 * A training class without usable clips cannot be learned; in other splits it is enough that something is left to look
 * at.
 */
function checkUsable(split: Split, examples: readonly Example[], outcomes: ReadonlyMap<string, ClipOutcome>): void {
  const reasonOf = (example: Example) => (outcomes.get(example.id) as { readonly reason?: string }).reason;
  const groups = split === 'train' ? groupBy(examples, labelOf) : new Map([['', [...examples]]]);
  for (const [label, group] of groups) {
    if (group.length === 0 || !group.every((example) => reasonOf(example) !== undefined)) continue;
    const which = label === '' ? `${split} clips` : `${split} clips of the class "${label}"`;
    const first = group[0]!;
    throw new DuetError(
      `None of the ${group.length} ${which} can be used; the first, "${first.id}": ${reasonOf(first)}`,
    );
  }
}
