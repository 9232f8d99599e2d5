// Runs the compiled command as a user does: a process of its own, its streams and its exit code; or in this process,
// where a process of its own would have nothing more to show.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, inject } from 'vitest';

export const duetProgram = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));

/** For every training here: pictures so small that an epoch takes a moment. */
export const small = ['--image-size', '64', '--threads', '1'];

export type Ended = { readonly code: number | null; readonly out: string; readonly error: string };

type Options = {
  readonly environment?: Readonly<Record<string, string>>;
  readonly folder?: string;
  /**
   * After which the command is taken to hang, and its code is then null. By default 120: few commands here need a
   * minute.
   */
  readonly seconds?: number;
  /** Whether the command and its processes are a group of their own, which signals can be sent to. */
  readonly ownGroup?: boolean;
  /** Sees stderr as it grows. */
  readonly watch?: (error: string, child: ChildProcess) => void;
};

export function duet(argv: readonly string[], options: Options = {}): Promise<Ended> {
  return duetWith(inject('shared').root, argv, options);
}

/** A command as a person types it: what follows `duet`, read by a shell. */
export function duetByShell(typed: string, folder: string): Promise<Ended> {
  const words = spawnSync('sh', ['-c', `for word in ${typed}; do printf '%s\\n' "$word"; done`], { encoding: 'utf8' });
  return duet(words.stdout.trimEnd().split('\n'), { folder });
}

let here: Promise<typeof import('../src/cli/run.ts')> | undefined;

/** The same in this process, which spares half a second. Nothing can be sent to it, and two of them take turns. */
export async function duetHere(argv: readonly string[]): Promise<Ended> {
  Object.assign(process.env, environmentIn(inject('shared').root));
  here ??= import(new URL('../dist/cli/run.js', import.meta.url).href);
  const { runDuet } = await here;
  const [out, error]: string[][] = [[], []];
  const streamTo = (parts: string[]) => ({ write: (text: string) => parts.push(text) });
  const code = await runDuet(argv, { stdout: streamTo(out!), stderr: streamTo(error!) }, process.env);
  return { code, out: out!.join(''), error: error!.join('') };
}

/** Where a command keeps its cache and whatever else it may write outside its arguments. */
function environmentIn(root: string) {
  return {
    HOME: root,
    // Graphics drivers complain on stderr where there is none.
    XDG_RUNTIME_DIR: root,
    XDG_CONFIG_HOME: join(root, '.config'),
    DUET_CACHE: join(root, 'cache'),
    HF_HUB_OFFLINE: '1',
    DUET_DEBUG: '',
  };
}

/** The cache and everything else that a command may write outside its arguments lie in `root`. */
export function duetWith(
  root: string,
  argv: readonly string[],
  { environment, folder, watch, seconds = 120, ownGroup = false }: Options = {},
): Promise<Ended> {
  const env = { ...process.env, ...environmentIn(root), ...environment };
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [duetProgram, ...argv], {
      ...{ env, timeout: seconds * 1000, killSignal: 'SIGKILL', stdio: ['ignore', 'pipe', 'pipe'] },
      ...{ detached: ownGroup, ...(folder !== undefined && { cwd: folder }) },
    });
    let [out, error] = ['', ''];
    child.stdout.on('data', (part: Buffer) => {
      out += part.toString();
    });
    child.stderr.on('data', (part: Buffer) => {
      error += part.toString();
      watch?.(error, child);
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, out, error }));
  });
}

/** The document that a command prints with --json; it must have ended well. */
export async function duetJson<Result>(
  argv: readonly string[],
  run: (argv: readonly string[]) => Promise<Ended> = duetHere,
): Promise<Result> {
  const ended = await run([...argv, '--json']);
  expect(ended.error).not.toMatch(/^duet: /m);
  expect(ended.code).toBe(0);
  return JSON.parse(ended.out) as Result;
}

/** One sentence on stderr, nothing on stdout, a failing exit code and no stack. Returns the sentence. */
export function theOneSentence({ code, out, error }: Ended): string {
  const lines = error.split('\n').filter((line) => /^(duet|error): /.test(line));
  expect(lines, error).toHaveLength(1);
  expect(error).not.toMatch(/^\s+at .*\.[jt]s:\d|node:internal|DUET_DEBUG/m);
  expect(out).toBe('');
  expect([1, 2]).toContain(code);
  return lines[0]!;
}

/** A new empty folder beside the shared ones. */
export function newFolder(name: string): Promise<string> {
  return mkdtemp(join(inject('shared').root, `${name}-`));
}
