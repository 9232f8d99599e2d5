// Trains one epoch and prints where the time went, in seconds.

import { train } from '../src/run/train-node.ts';
import { recipes } from '../src/systems/ma-avt/recipes.ts';
import type { EpochOrder } from './epoch.ts';
import { peakMemoryOf } from './peak-memory.ts';

export type EpochTimes = {
  /** Bringing the clips into the cache of readings. */
  readonly prepare: number;
  /** From the first order of a batch to the written checkpoint, validation included. */
  readonly epoch: number;
  /** Of that, computing: steps, optimiser and validation. */
  readonly compute: number;
  readonly clips: number;
  readonly peakMemory: number | undefined;
};

const { data, backbone, out, threads } = JSON.parse(process.argv[2]!) as EpochOrder;
const moments = { start: 0, prepared: 0, opened: 0, epoch: 0 };
let clips = 0;
moments.start = performance.now();
const { history } = await train({
  ...{ data, backbone, out, force: true, session: { threads } },
  training: { ...recipes.reference, epochs: 1, batch: 32 },
  onEvent(event) {
    if (event.kind === 'prepare') moments.prepared = performance.now();
    if (event.kind === 'epoch') moments.epoch = performance.now();
    if (event.kind !== 'start') return;
    moments.opened = performance.now();
    clips = event.dataset.examples.filter(({ split }) => split === 'train').length;
  },
});
const times: EpochTimes = {
  prepare: (moments.prepared - moments.start) / 1000,
  epoch: (moments.epoch - moments.opened) / 1000,
  compute: history[0]!.seconds,
  clips,
  peakMemory: peakMemoryOf('self'),
};
process.stdout.write(JSON.stringify(times));
