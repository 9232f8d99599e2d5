// Running an `ffmpeg` that the user has installed: started without a shell, stopped when it stalls.
import { spawn } from 'node:child_process';

const STALL_SECONDS = 60;
const MOST_STDERR = 16_384;

/**
 * Runs ffmpeg and hands its output to `take` piece by piece, until `take` returns false. Resolves to what it said on
 * stderr; rejects with ffmpeg's own last line if it fails, and after 60 seconds without output. `running` lets the
 * caller stop it: see `stopAll`.
 */
export function runFfmpeg(
  program: string,
  args: readonly string[],
  running: Set<() => void>,
  take: (piece: Buffer) => boolean,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, ['-nostdin', '-hide_banner', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    let enough = false;
    let stalled = false;
    const stop = () => child.kill('SIGKILL');
    const stall = () =>
      setTimeout(() => {
        stalled = true;
        stop();
      }, STALL_SECONDS * 1000);
    let timer = stall();
    const alive = () => {
      clearTimeout(timer);
      timer = stall();
    };
    running.add(stop);
    child.stdout.on('data', (piece: Buffer) => {
      alive();
      if (enough || take(piece)) return;
      enough = true;
      stop();
    });
    child.stderr.on('data', (piece: Buffer) => {
      alive();
      if (said.length < MOST_STDERR) said += piece.toString('utf8');
    });
    child.on('error', (error) => finish(error));
    child.on('close', (code) =>
      finish(code === 0 || enough ? undefined : new Error(stalled ? 'ffmpeg stalled' : lastLine(said))),
    );
    const finish = (error: Error | undefined) => {
      clearTimeout(timer);
      running.delete(stop);
      if (error) reject(error);
      else resolve(said);
    };
  });
}

function lastLine(said: string): string {
  const lines = said.split('\n').filter((line) => line.trim() !== '' && !/^Conversion failed/.test(line));
  return lines.at(-1)?.trim() ?? 'ffmpeg was stopped';
}
