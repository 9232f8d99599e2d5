// How much memory a process had at most.
import { readFileSync } from 'node:fs';

/** The high-water mark of a process's resident memory in bytes, as Linux counts it: mapped files included. */
export function peakMemoryOf(pid: number | 'self' | undefined): number | undefined {
  if (process.platform !== 'linux' || pid === undefined) return undefined;
  try {
    const kilobytes = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
  } catch {
    return undefined;
  }
}
