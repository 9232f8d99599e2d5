// `duet serve` as a process of its own, driven from here: requests whose answers are compared, and what it holds.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';

export type Served = {
  readonly url: string;
  readonly process: ChildProcess;
  /** Seconds from its start until it took work. */
  readonly readyAfter: number;
};

export const program = 'dist/cli/main.js';

export async function startServed(argv: readonly string[]): Promise<Served> {
  const began = performance.now();
  const child = spawn(process.execPath, [program, 'serve', ...argv], { stdio: ['ignore', 'pipe', 'ignore'] });
  const url = await new Promise<string>((resolve, reject) => {
    let said = '';
    child.stdout.on('data', (part) => {
      said += part;
      const found = /http:\S+/.exec(said)?.[0];
      if (found) resolve(found);
    });
    child.on('exit', (code) => reject(new Error(`duet serve ended with ${code}`)));
  });
  return { url, process: child, readyAfter: (performance.now() - began) / 1000 };
}

export function ended({ process: child }: Served, signal: NodeJS.Signals): Promise<number | null> {
  return new Promise((done) => {
    child.on('exit', done);
    child.kill(signal);
  });
}

export type Clip = { readonly bytes: Uint8Array<ArrayBuffer>; readonly offline: unknown };

export type Outcome = 'right' | 'wrong' | 'full' | 'lost';

/** One request; its answer compared with the offline one. */
export async function ask({ url }: Served, name: string, { bytes, offline }: Clip): Promise<Outcome> {
  try {
    const response = await fetch(`${url}v1/predict/${name}`, { method: 'POST', body: bytes });
    const answer: unknown = await response.json();
    if (response.status === 429) return 'full';
    if (response.status !== 200) return 'lost';
    return isDeepStrictEqual(rounded(answer), rounded(offline)) ? 'right' : 'wrong';
  } catch {
    return 'lost';
  }
}

/** Batches of other sizes are other graphs, whose last digits may differ. */
function rounded(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), (_, one) => (typeof one === 'number' ? Number(one.toFixed(4)) : one));
}

/** Its own processes, by the system. */
export function readersOf({ process: child }: Served): number[] {
  return execFileSync('pgrep', ['-P', String(child.pid)], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map(Number);
}

export type Held = { readonly serverBytes: number; readonly readerBytes: number; readonly files: number };

/** What it and its processes hold now (Linux). */
export function heldBy(served: Served): Held {
  const bytes = (pid: number) => {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) * 1024;
  };
  const { pid = 0 } = served.process;
  return {
    serverBytes: bytes(pid),
    readerBytes: readersOf(served).reduce((sum, reader) => sum + bytes(reader), 0),
    files: readdirSync(`/proc/${pid}/fd`).length,
  };
}
