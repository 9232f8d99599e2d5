// npm run bench:serve: how `duet serve` behaves under load, driven from this process. Every answer is compared with
// that of `duet predict`.
import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { demoClips } from './demo-clips.ts';
import { benchModel } from './models.ts';
import {
  ask,
  type Clip,
  ended,
  type Held,
  heldBy,
  type Outcome,
  program,
  readersOf,
  type Served,
  startServed,
} from './served-process.ts';
import { writeBenchAdapter } from './start-up.ts';

const usage = `npm run bench:serve [-- OPTIONS]
  --run RUN       whose adapter is served (default: an untrained one over ViT-Micro)
  --videos FOLDER clips that are sent (default: generated ones)
  --seconds N     of each level of load (default 20)
  --soak N        seconds at 80 % of the best throughput (default 1800)
  --concurrency N clips that the server reads at once (default 2)
`;

const { values } = parseArgs({
  options: {
    run: { type: 'string' },
    videos: { type: 'string' },
    seconds: { type: 'string', default: '20' },
    soak: { type: 'string', default: '1800' },
    concurrency: { type: 'string', default: '2' },
    help: { type: 'boolean', default: false },
  },
});

type Counts = Record<Outcome, number>;
type Load = { readonly perSecond: number; readonly latencies: readonly number[]; readonly counts: Counts };

const print = (text: string) => process.stdout.write(`${text}\n`);
const milliseconds = (value: number) => `${value.toFixed(0)} ms`;
const mebibytes = (value: number) => `${(value / 2 ** 20).toFixed(0)} MiB`;

if (values.help) process.stdout.write(usage);
else await measure(Number(values.seconds), Number(values.soak));

async function measure(seconds: number, soakSeconds: number): Promise<void> {
  const cache = 'bench/.cache';
  const run =
    values.run ??
    (await writeBenchAdapter((await benchModel('micro', join(cache, 'models'))).files, join(cache, 'adapters/micro')));
  const paths = values.videos === undefined ? await demoClips(cache) : await videosIn(values.videos);
  const clips = await offlineAnswers(run, paths);
  const uploads = await mkdtemp(join(tmpdir(), 'duet-bench-serve-'));
  const argv = [`it=${run}`, '--port', '0', '--concurrency', values.concurrency, '--queue', '64', '--uploads', uploads];
  let served = await startServed(argv);
  print(
    `${cpus().length} cores (${cpus()[0]?.model.trim()}), load ${loadavg()[0]!.toFixed(1)} before; ${clips.length} clips of ${basename(run)}; ready after ${served.readyAfter.toFixed(1)} s\n`,
  );
  try {
    await loadFor(served, clips, 1, 3);
    print(
      '| requests at once | clips/s | p50 | p95 | p99 | right | wrong | lost |\n| --- | --- | --- | --- | --- | --- | --- | --- |',
    );
    let best = 0;
    for (const atOnce of [1, 2, 4, 8, 16]) {
      const { perSecond, latencies, counts } = await loadFor(served, clips, atOnce, seconds);
      best = Math.max(best, perSecond);
      const [p50, p95, p99] = [0.5, 0.95, 0.99].map((share) => milliseconds(percentile(latencies, share)));
      print(
        `| ${atOnce} | ${perSecond.toFixed(2)} | ${p50} | ${p95} | ${p99} | ${counts.right} | ${counts.wrong} | ${counts.lost + counts.full} |`,
      );
    }
    await soak(served, clips, 0.8 * best, soakSeconds);
    served = await killings(served, clips, argv, uploads);
  } finally {
    await ended(served, 'SIGTERM');
    await rm(uploads, { recursive: true, force: true });
  }
}

async function videosIn(folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true });
  return names.filter((name) => /\.(webm|mp4|mov|mkv)$/.test(name)).map((name) => join(folder, name));
}

async function offlineAnswers(run: string, paths: readonly string[]): Promise<Clip[]> {
  const printed = execFileSync(process.execPath, [program, 'predict', run, ...paths, '--json', '--quiet']);
  const results = JSON.parse(printed.toString()) as { path: string }[];
  return Promise.all(
    results.map(async ({ path, ...offline }) => ({ bytes: new Uint8Array(await readFile(path)), offline })),
  );
}

/** So many clients, each of which sends its next clip when it has its answer. */
async function loadFor(served: Served, clips: readonly Clip[], atOnce: number, seconds: number): Promise<Load> {
  const began = performance.now();
  const latencies: number[] = [];
  const counts: Counts = { right: 0, wrong: 0, full: 0, lost: 0 };
  let sent = 0;
  const client = async () => {
    while (performance.now() - began < seconds * 1000) {
      const from = performance.now();
      counts[await ask(served, 'it', clips[sent++ % clips.length]!)]++;
      latencies.push(performance.now() - from);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, client));
  return { perSecond: (counts.right * 1000) / (performance.now() - began), latencies, counts };
}

/** Requests at a steady rate, whether answers come or not. */
async function soak(served: Served, clips: readonly Clip[], perSecond: number, seconds: number): Promise<void> {
  const counts: Counts = { right: 0, wrong: 0, full: 0, lost: 0 };
  const held: Held[] = [];
  const asked: Promise<void>[] = [];
  const began = performance.now();
  const count = Math.floor(perSecond * seconds);
  for (let sent = 0; sent < count; sent++) {
    await new Promise((done) => setTimeout(done, began + (sent * 1000) / perSecond - performance.now()));
    asked.push(ask(served, 'it', clips[sent % clips.length]!).then((outcome) => void counts[outcome]++));
    if (performance.now() - began > (held.length * seconds * 1000) / 20) held.push(heldBy(served));
  }
  await Promise.all(asked);
  const { right, wrong, full, lost } = counts;
  print(
    `\nSoak: ${seconds} s at ${perSecond.toFixed(2)} clips/s: ${right} right, ${wrong} wrong, ${lost} lost, ${full} refused as full.`,
  );
  const row = (name: string, of: (one: Held) => number, show: (value: number) => string) => {
    const quarter = Math.max(1, Math.floor(held.length / 4));
    const mean = (part: readonly Held[]) => part.reduce((sum, one) => sum + of(one), 0) / part.length;
    print(
      `| ${name} | ${show(mean(held.slice(0, quarter)))} | ${show(mean(held.slice(-quarter)))} | ${show(Math.max(...held.map(of)))} |`,
    );
  };
  print('\n| held | first quarter | last quarter | most |\n| --- | --- | --- | --- |');
  row('server', ({ serverBytes }) => serverBytes, mebibytes);
  row('reading processes', ({ readerBytes }) => readerBytes, mebibytes);
  row(
    'open files of the server',
    ({ files }) => files,
    (value) => value.toFixed(0),
  );
}

/** A reader, a client and the server itself killed in the middle. @returns the server that runs then. */
async function killings(
  served: Served,
  clips: readonly Clip[],
  argv: readonly string[],
  uploads: string,
): Promise<Served> {
  const load = async (kill: () => void) => {
    const counts: Counts = { right: 0, wrong: 0, full: 0, lost: 0 };
    const asked = clips.slice(0, 8).map((clip) => ask(served, 'it', clip).then((outcome) => void counts[outcome]++));
    setTimeout(kill, 300);
    await Promise.all(asked);
    return `${counts.right} right, ${counts.wrong} wrong, ${counts.lost} lost`;
  };
  print(
    `\nA reading process killed under 8 requests: ${await load(() => process.kill(readersOf(served)[0]!, 'SIGKILL'))}.`,
  );
  const gone = new AbortController();
  const init = { method: 'POST', body: clips[0]!.bytes, signal: gone.signal };
  void fetch(`${served.url}v1/predict/it`, init).catch(() => undefined);
  print(`A client that goes away beside 8 requests: ${await load(() => gone.abort())}.`);
  print(`The server killed under 8 requests: ${await load(() => served.process.kill('SIGKILL'))}.`);
  const left = (await readdir(uploads)).length;
  const next = await startServed(argv);
  print(
    `Started again: ready after ${next.readyAfter.toFixed(1)} s; ${left} folder of uploads left by the killed one, ${(await readdir(uploads)).length} there now (its own).`,
  );
  print(`First answer then: ${await ask(next, 'it', clips[0]!)}.`);
  return next;
}

function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
}
