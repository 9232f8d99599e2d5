// Measured numbers as files: one for each workload, from which docs/performance.md is made.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { arch, cpus, platform, totalmem } from 'node:os';
import { join } from 'node:path';
import type { SideResult } from './compare.ts';
import type { Floor, Machine } from './floor.ts';
import { type Growth, growthCharts } from './growth.ts';
import { spreadOf } from './statistics.ts';
import type { Target } from './targets.ts';

/** A number with its name and unit, for what is not a comparison of times. */
export type Fact = {
  readonly name: string;
  readonly value: number;
  readonly quartiles?: readonly [number, number];
  readonly unit: 's' | 'ms' | 'bytes' | 'ratio' | 'share' | 'count' | 'GFLOP/s' | 'GB/s';
};

/** The median of several measurements, with its quartiles. */
export function factOf(name: string, values: readonly number[], unit: Fact['unit']): Fact {
  const { median, lower, upper } = spreadOf(values);
  return { name, value: median, quartiles: [lower, upper], unit };
}

export type Result = {
  readonly workload: string;
  readonly title: string;
  /** What was typed. */
  readonly command: string;
  readonly date: string;
  readonly machine: {
    readonly processor: string;
    readonly cores: number;
    readonly memory: number;
    readonly system: string;
    readonly node: string;
  };
  readonly threads: number;
  readonly sides: readonly SideResult[];
  readonly floor?: Floor & Machine;
  readonly facts: readonly Fact[];
  readonly growth?: Growth;
  readonly targets?: readonly Target[];
  readonly note?: string;
};

export function describeMachine(): Result['machine'] {
  return {
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memory: totalmem(),
    system: `${platform()} ${arch()}`,
    node: process.versions.node,
  };
}

export function writeResult(folder: string, result: Result): void {
  mkdirSync(folder, { recursive: true });
  // Errors may name places on this machine.
  const text = JSON.stringify(result, null, 1).replaceAll(process.cwd(), '.');
  writeFileSync(join(folder, `${result.workload}.json`), `${text}\n`);
  if (!result.growth) return;
  const charts = growthCharts(result.title, result.growth);
  for (const kind of ['time', 'memory'] as const)
    writeFileSync(join(folder, `${result.workload}-${kind}.svg`), charts[kind]);
}

export function readResults(folder: string): Result[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as Result);
}
