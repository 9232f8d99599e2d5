// How time and memory grow: one process for each point, so that each has a peak memory of its own.
import { spawn } from 'node:child_process';
import { copyFile, link, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { encodeClip } from '../src/media/encode-clip.ts';
import { lineChart } from '../src/report/line-chart.ts';
import { demoClips } from './demo-clips.ts';
import type { GrowthOrder, GrowthPoint } from './growth-process.ts';
import { benchModel } from './models.ts';
import { writeBenchAdapter } from './start-up.ts';
import type { Outcome, Settings } from './workloads.ts';

export type Growth = { readonly xLabel: string; readonly timeOf: string; readonly points: readonly GrowthPoint[] };

type Kind = GrowthOrder['kind'];

type Question = {
  readonly title: string;
  readonly xLabel: string;
  readonly timeOf: string;
  readonly places: readonly number[];
};

export const questions: Readonly<Record<Kind, Question>> = {
  batch: { title: 'Batch', xLabel: 'clips in a batch', timeOf: 'training step', places: [1, 2, 4, 8, 16, 32, 64] },
  tokens: {
    title: 'Tokens',
    xLabel: 'tokens of each kind',
    timeOf: 'training step of 8 clips',
    places: [1, 5, 20, 40, 80, 160],
  },
  classes: {
    title: 'Classes',
    xLabel: 'classes',
    timeOf: 'training step of 8 clips',
    places: [10, 100, 1000, 5000, 10000],
  },
  length: {
    title: 'Length of a clip',
    xLabel: 'seconds of video',
    timeOf: 'duet predict, all windows',
    places: [5, 10, 20, 40, 80, 160],
  },
  clips: {
    ...{
      title: 'Number of clips',
      xLabel: 'clips in the data set',
      timeOf: 'opening the data, looking at every file, four batches',
    },
    places: [1000, 10_000, 100_000],
  },
  steps: { title: 'Many steps', xLabel: 'training steps', timeOf: 'all steps so far', places: [10_000] },
};

/** With `--quick` only the first two places, and few steps. */
export async function measureGrowth(kind: Kind, { cache, pace, isQuick }: Settings): Promise<Outcome> {
  const { xLabel, timeOf, places } = questions[kind];
  // Ten thousand steps are about memory: the smallest network takes them soonest.
  const { files } = await benchModel(kind === 'steps' ? 'micro' : 'tiny', join(cache, 'models'));
  const points: GrowthPoint[] = [];
  for (const at of isQuick ? (kind === 'steps' ? [200] : places.slice(0, 2)) : places) {
    const folder = await mkdtemp(join(cache, 'growth-'));
    try {
      const data =
        kind === 'clips'
          ? await linkedClips(folder, at, await demoClips(cache))
          : kind === 'length'
            ? await longClip(folder, at)
            : '';
      const adapter = kind === 'length' ? await writeBenchAdapter(files, join(folder, 'adapter')) : '';
      points.push(
        ...(await runPoint({ kind, at, files, data, adapter, threads: pace.threads }, join(folder, 'cache'))),
      );
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
  return { sides: [], facts: [], growth: { xLabel, timeOf, points } };
}

/** The two charts of a growth, as svg. */
export function growthCharts(
  title: string,
  { xLabel, timeOf, points }: Growth,
): { readonly time: string; readonly memory: string } {
  const chart = (name: string, yLabel: string, pick: (point: GrowthPoint) => number | undefined) =>
    lineChart({
      title,
      xLabel,
      yLabel,
      series: [{ name, points: points.map((point) => ({ x: point.at, y: pick(point) ?? Number.NaN })) }],
    });
  return {
    time: chart(`${timeOf}, in seconds`, 'seconds', ({ seconds }) => seconds),
    memory: chart('memory, in MB', 'MB', ({ memory }) => memory && memory / 1e6),
  };
}

/** `count` clips in ten classes that are all links to a few files. */
async function linkedClips(folder: string, count: number, files: readonly string[]): Promise<string> {
  const data = join(folder, 'data');
  for (const [label, file] of files.entries()) {
    const own = join(data, `class-${label}`);
    await mkdir(own, { recursive: true });
    const original = join(own, '0.webm');
    await copyFile(file, original);
    for (let index = 1; index < count / files.length; index++) await link(original, join(own, `${index}.webm`));
  }
  return data;
}

/** A video of a drifting square with a tone. */
async function longClip(folder: string, seconds: number): Promise<string> {
  const [width, height, framesPerSecond, sampleRate] = [160, 120, 10, 16_000];
  const frames = Array.from({ length: seconds * framesPerSecond }, (_, index) => {
    const data = new Uint8Array(3 * width * height).fill(60);
    for (let row = 40; row < 80; row++) {
      const start = row * width + (index % (width - 40));
      data.fill(200, 3 * start, 3 * (start + 40));
    }
    return { width, height, data };
  });
  const samples = Float32Array.from(
    { length: seconds * sampleRate },
    (_, index) => 0.3 * Math.sin((2 * Math.PI * 440 * index) / sampleRate),
  );
  const path = join(folder, 'long.webm');
  await writeFile(path, await encodeClip({ frames, framesPerSecond, sound: { samples, sampleRate } }));
  return path;
}

async function runPoint(order: GrowthOrder, features: string): Promise<GrowthPoint[]> {
  const script = join(dirname(fileURLToPath(import.meta.url)), 'growth-process.js');
  const child = spawn(process.execPath, [script, JSON.stringify(order)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, DUET_CACHE: features },
  });
  let output = '';
  child.stdout.on('data', (data) => {
    output += data;
  });
  const code = await new Promise((resolve) => child.once('close', resolve));
  if (code !== 0) throw new Error(`growth of ${order.kind} at ${order.at} ended with exit code ${code}`);
  return JSON.parse(output) as GrowthPoint[];
}
