// One measured process. Between its turns it is stopped by the system, so that its spinning threads and its garbage
// collector take nothing from the others.
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { peakMemoryOf } from './peak-memory.ts';
import type { Answer, Job, Order, Prepared, Ran } from './protocol.ts';

export type Command = {
  readonly program: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
};

export type Side = {
  prepare(job: Job, threads: number, variant: string): Promise<Prepared>;
  run(times: number): Promise<Ran>;
  /** Lets the process sleep until it is asked again. */
  pause(): void;
  /** Most memory the process had resident so far, in bytes; undefined where the system does not tell. */
  peakMemory(): number | undefined;
  close(): Promise<void>;
};

const canPause = process.platform !== 'win32';

// Stopped processes would outlive a bench that is interrupted.
const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});
process.once('SIGINT', () => process.exit(130));
process.once('SIGTERM', () => process.exit(143));

/** Starts a process that speaks protocol.ts. Close it when done. */
export function openSide({ program, args, env }: Command): Side {
  const child: ChildProcess = spawn(program, [...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  running.add(child);
  const waiting: { resolve(answer: Answer): void; reject(error: Error): void }[] = [];
  let said = '';
  let ended: Error | undefined;
  child.stderr!.on('data', (data) => {
    said = `${said}${data}`.slice(-3000);
  });
  // Libraries print to stdout too.
  createInterface({ input: child.stdout! }).on('line', (line) => {
    if (line.startsWith('{')) waiting.shift()?.resolve(JSON.parse(line) as Answer);
  });
  const end = (how: string) => {
    running.delete(child);
    ended = new Error(`it ended (${how})${said === '' ? '' : `: ${said.trim().split('\n').slice(-3).join(' / ')}`}`);
    for (const order of waiting.splice(0)) order.reject(ended);
  };
  child.on('error', (error) => end(error.message));
  child.on('exit', (code, signal) => end(signal ?? `exit code ${code}`));
  child.stdin!.on('error', () => undefined);

  async function ask<Expected extends Answer>(order: Order): Promise<Expected> {
    if (ended) throw ended;
    if (canPause) child.kill('SIGCONT');
    const answer = await new Promise<Answer>((resolve, reject) => {
      waiting.push({ resolve, reject });
      child.stdin!.write(`${JSON.stringify(order)}\n`);
    });
    if ('error' in answer) throw new Error(answer.error);
    return answer as Expected;
  }

  return {
    prepare: (prepare, threads, variant) => ask<Prepared>({ prepare, threads, variant }),
    run: (run) => ask<Ran>({ run }),
    pause() {
      if (canPause && !ended) child.kill('SIGSTOP');
    },
    peakMemory: () => peakMemoryOf(child.pid),
    async close() {
      if (ended) return;
      const exit = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await exit;
    },
  };
}
