// A whole epoch from video files, as `duet train` does it, in a process of its own: with an empty cache of readings,
// and with a full one.
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { demoFolder } from './demo-clips.ts';
import type { EpochTimes } from './epoch-process.ts';
import { benchModel, type Size } from './models.ts';
import { type Fact, factOf } from './results.ts';
import { spreadOf } from './statistics.ts';
import type { Outcome, Settings } from './workloads.ts';

export async function measureEpoch(size: Size, { cache, pace, isQuick }: Settings): Promise<Outcome> {
  const { files } = await benchModel(size, join(cache, 'models'));
  const data = await demoFolder(cache, isQuick ? 4 : 16);
  const rounds: { cold: EpochTimes; warm: EpochTimes }[] = [];
  for (let round = 0; round < (isQuick ? 1 : size === 'base' ? 2 : 3); round++) {
    const folder = await mkdtemp(join(cache, 'epoch-'));
    const once = () =>
      runEpoch(
        { data, backbone: files.backbone, out: join(folder, 'run'), threads: pace.threads },
        join(folder, 'features'),
      );
    try {
      rounds.push({ cold: await once(), warm: await once() });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
  const over = (name: string, unit: Fact['unit'], pick: (round: (typeof rounds)[number]) => number) =>
    factOf(name, rounds.map(pick), unit);
  const whole = ({ prepare, epoch }: EpochTimes) => prepare + epoch;
  const shares = { cold: 0, warm: 0 };
  for (const kind of ['cold', 'warm'] as const)
    shares[kind] = spreadOf(rounds.map((round) => whole(round[kind]) / round.warm.compute)).median;
  return {
    sides: [],
    targets:
      size === 'base'
        ? [
            { what: 'full cache over pure compute', value: shares.warm, most: 1.15, unit: 'ratio' },
            { what: 'empty cache over pure compute', value: shares.cold, most: 1.15, unit: 'ratio' },
          ]
        : [],
    facts: [
      { name: 'training clips', value: rounds[0]!.cold.clips, unit: 'count' },
      over('empty cache: decoding before the first step', 's', ({ cold }) => cold.prepare),
      over('empty cache: decoding and the epoch', 's', ({ cold }) => whole(cold)),
      over('full cache: the same', 's', ({ warm }) => whole(warm)),
      over('pure compute of the epoch (full cache)', 's', ({ warm }) => warm.compute),
      over('empty cache over pure compute', 'ratio', ({ cold, warm }) => whole(cold) / warm.compute),
      over('full cache over pure compute', 'ratio', ({ warm }) => whole(warm) / warm.compute),
      ...(rounds[0]!.cold.peakMemory === undefined
        ? []
        : [
            {
              name: 'peak memory of the training process',
              value: Math.max(...rounds.map(({ cold }) => cold.peakMemory!)),
              unit: 'bytes',
            } as const,
          ]),
    ],
  };
}

export type EpochOrder = {
  readonly data: string;
  readonly backbone: string;
  readonly out: string;
  readonly threads: number;
};

async function runEpoch(order: EpochOrder, features: string): Promise<EpochTimes> {
  const script = join(dirname(fileURLToPath(import.meta.url)), 'epoch-process.js');
  const child = spawn(process.execPath, [script, JSON.stringify(order)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, DUET_CACHE: features },
  });
  let output = '';
  child.stdout.on('data', (data) => {
    output += data;
  });
  const code = await new Promise((resolve) => child.once('close', resolve));
  if (code !== 0) throw new Error(`the epoch's process ended with exit code ${code}`);
  return JSON.parse(output) as EpochTimes;
}
