// From nothing to the first prediction: a fresh process each time, the sides in turn.
import { spawn } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { adapterFilesOf } from '../src/run/adapter.ts';
import { recipeNamed } from '../src/systems/registry.ts';
import { writeAdapter } from '../src/weights/adapter-folder-node.ts';
import { openBackbone } from '../src/weights/open-backbone-node.ts';
import type { SideResult } from './compare.ts';
import { demoClips } from './demo-clips.ts';
import { benchModel, classNames, type ModelFiles, readTensors, type Size } from './models.ts';
import { peakMemoryOf } from './peak-memory.ts';
import type { Job } from './protocol.ts';
import { openSide } from './side.ts';
import { spreadOf } from './statistics.ts';
import { memoryTarget } from './targets.ts';
import type { Outcome, Settings } from './workloads.ts';

type Start = { readonly milliseconds: number; readonly peakMemory: number | undefined };

export async function measureStartUp(size: Size, { pace, isQuick, cache, contestants }: Settings): Promise<Outcome> {
  const { files } = await benchModel(size, join(cache, 'models'));
  const job: Job = { kind: 'predict', files, clips: 1, batch: 1 };
  const adapter = await writeBenchAdapter(files, join(cache, 'adapters', size));
  const [clip] = await demoClips(cache);
  const starters: {
    readonly name: string;
    readonly start: (() => Promise<Start>) | undefined;
    readonly absent?: string;
  }[] = [
    { name: 'Duet', start: () => startSide(contestants[0]!) },
    {
      name: 'duet predict CLIP.webm, the whole command',
      start: () => runCommand(['predict', adapter, clip!, '--threads', String(pace.threads)]),
    },
    ...contestants
      .slice(1)
      .filter(({ jobs, isSlow }) => jobs.includes('predict') && !(isQuick && isSlow))
      .map((contestant) =>
        'absent' in contestant.found
          ? { name: contestant.name, start: undefined, absent: contestant.found.absent }
          : { name: contestant.name, start: () => startSide(contestant) },
      ),
  ];

  async function startSide({ found, variant }: (typeof contestants)[number]): Promise<Start> {
    const began = performance.now();
    const side = openSide(found as Exclude<typeof found, { absent: string }>);
    try {
      await side.prepare(job, pace.threads, variant);
      await side.run(1);
      return { milliseconds: performance.now() - began, peakMemory: side.peakMemory() };
    } finally {
      await side.close();
    }
  }

  const times = new Map<string, number[]>();
  const memory = new Map<string, number>();
  const failed = new Map<string, string>();
  // The first round brings the files into memory and is not counted.
  for (let round = 0; round <= pace.leastRounds + 2; round++) {
    for (const { name, start } of starters) {
      if (!start || failed.has(name)) continue;
      try {
        const { milliseconds, peakMemory } = await start();
        if (peakMemory !== undefined) memory.set(name, peakMemory);
        if (round > 0) times.set(name, [...(times.get(name) ?? []), milliseconds]);
      } catch (error) {
        failed.set(name, error instanceof Error ? error.message : String(error));
      }
    }
  }
  const duet = times.get('Duet')!;
  const sides = starters.map(({ name, absent }): SideResult => {
    const own = times.get(name);
    const reason = absent ?? failed.get(name);
    if (!own || reason !== undefined) return { name, absent: reason ?? 'it gave no time' };
    const peakMemory = memory.get(name);
    return {
      ...{ name, milliseconds: spreadOf(own), ratio: spreadOf(own.map((time, round) => duet[round]! / time)) },
      ...(peakMemory !== undefined && { peakMemory }),
    };
  });
  const weights = statSync(files.backbone).size;
  const targets = sides.flatMap(({ name, milliseconds, peakMemory }) => {
    if (!/^duet/i.test(name) || size !== 'base') return [];
    return [
      ...(milliseconds ? [{ what: name, value: milliseconds.median / 1000, most: 1.5, unit: 's' } as const] : []),
      ...(peakMemory === undefined ? [] : [memoryTarget(name, peakMemory, weights)]),
    ];
  });
  return { sides, facts: [], targets };
}

/** An adapter folder as training would leave it. */
export async function writeBenchAdapter(files: ModelFiles, folder: string): Promise<string> {
  const backbone = await openBackbone(files.backbone);
  const { system, settings } = await recipeNamed('reference');
  const known = { labels: classNames, backbone };
  const open = system.open(settings, known);
  await writeAdapter(folder, adapterFilesOf(readTensors(files.folded), { system, open, settings, known }));
  return folder;
}

/** The built command from its start to its end. */
async function runCommand(args: readonly string[]): Promise<Start> {
  const began = performance.now();
  const child = spawn(process.execPath, ['dist/cli/main.js', ...args, '--json', '--quiet'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  child.stdout.resume();
  // The high-water mark only rises, so that a look now and then misses the last moment at most.
  let peakMemory: number | undefined;
  const looking = setInterval(() => {
    peakMemory = peakMemoryOf(child.pid) ?? peakMemory;
  }, 10);
  const code = await new Promise((resolve) => child.once('exit', resolve));
  clearInterval(looking);
  if (code !== 0) throw new Error(`duet ${args[0]} ended with exit code ${code}`);
  return { milliseconds: performance.now() - began, peakMemory };
}
