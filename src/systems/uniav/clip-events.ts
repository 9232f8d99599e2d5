// What a clip's chunks say together: ranked events of every task, in seconds.
import { ownProposals } from './chunks.ts';
import type { NetworkConfig } from './config.ts';
import { decode, type Proposal } from './decode.ts';
import { type Grid, inSeconds } from './seconds.ts';
import { type SuppressionSettings, suppress } from './suppress.ts';

/** What the network said of one chunk: proposals in its rows, for each task. */
export type ChunkAnswer = {
  readonly start: number;
  readonly proposals: Readonly<Record<string, readonly Proposal[]>>;
  /** The least score of an event of each class, for each task. */
  readonly thresholds: Readonly<Record<string, Float32Array>>;
};

/** @param outputs of `eventsModel` for one chunk: `TASK.logits`, `TASK.offsets` and `TASK.thresholds`. */
export function chunkAnswer(
  outputs: Readonly<Record<string, Float32Array>>,
  { start, mask }: { readonly start: number; readonly mask: Float32Array },
  config: NetworkConfig,
): ChunkAnswer {
  const ofTasks = Object.entries(config.tasks).map(([task, { classes }]) => {
    const [logits, offsets] = [outputs[`${task}.logits`]!, outputs[`${task}.offsets`]!];
    return [task, decode({ logits, offsets, mask, classes }, config)] as const;
  });
  const thresholds = Object.keys(config.tasks).map((task) => [task, outputs[`${task}.thresholds`]!] as const);
  return { start, proposals: Object.fromEntries(ofTasks), thresholds: Object.fromEntries(thresholds) };
}

/**
 * Events of a clip by task, by descending score, with the class as an index.
 * @param length rows of a chunk.
 * @param seconds how long the clip is.
 */
export function clipEvents(
  answers: readonly ChunkAnswer[],
  { length, grid, seconds }: { readonly length: number; readonly grid: Grid; readonly seconds: number },
  settings: SuppressionSettings,
): Record<string, Proposal[]> {
  const tasks = Object.keys(answers[0]?.proposals ?? {});
  // A longer clip may hold more events.
  const most = settings.most * answers.length;
  return Object.fromEntries(
    tasks.map((task) => {
      const own = answers.flatMap(({ start, proposals }, index) =>
        ownProposals(proposals[task]!, {
          ...{ start, length, isFirst: index === 0, isLast: index === answers.length - 1 },
        }),
      );
      return [task, inSeconds(suppress(own, { ...settings, most }), grid, seconds)];
    }),
  );
}
