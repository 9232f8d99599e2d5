// npm run bench: measures Duet, beside other engines where they are installed, and writes what it found to
// bench/results.
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { measureMachine } from './floor.ts';
import { findContestants } from './peers.ts';
import { describeMachine, type Result, writeResult } from './results.ts';
import { section } from './table.ts';
import { type Outcome, type Settings, workloads } from './workloads.ts';

const usage = `npm run bench [-- OPTIONS]
  --quick         a subset of about two minutes, written to bench/.cache/quick
  --only NAMES    workloads by name, separated by commas; NAME* stands for all that begin so
  --list          names of the workloads
  --threads N     threads of every side (default: one per core)
  --seconds N     about how long the rounds of a workload take (default 30, quick 5)
  --rounds N      at most so many rounds
  --out FOLDER    where results go (default bench/results)
Peers: npm install --prefix bench/peers; python3 -m venv bench/peers/venv && bench/peers/venv/bin/pip install -r bench/peers/requirements.txt
`;

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    list: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
    threads: { type: 'string' },
    seconds: { type: 'string' },
    rounds: { type: 'string' },
    out: { type: 'string' },
  },
});

if (values.help) process.stdout.write(usage);
else if (values.list)
  for (const { name, title, when } of workloads)
    process.stdout.write(`${name.padEnd(18)} ${title}${when === 'always' ? '' : ` (${when})`}\n`);
else await bench();

async function bench(): Promise<void> {
  const { quick: isQuick } = values;
  const chosen = workloads.filter(({ name, when }) =>
    values.only === undefined ? when === 'quick' || (when === 'always' && !isQuick) : isAsked(name, values.only),
  );
  if (chosen.length === 0) throw new Error(`no workload is called ${values.only}; see npm run bench -- --list`);
  const threads = wholeNumber(values.threads, availableParallelism());
  const out = resolve(values.out ?? (isQuick ? 'bench/.cache/quick' : 'bench/results'));
  const contestants = await findContestants();
  let machine: ReturnType<Settings['machine']> | undefined;
  const settings: Settings = {
    ...{ isQuick, contestants, cache: resolve('bench/.cache') },
    pace: {
      threads,
      seconds: wholeNumber(values.seconds, isQuick ? 5 : 30),
      leastRounds: isQuick ? 2 : 3,
      mostRounds: wholeNumber(values.rounds, 30),
    },
    machine: () => {
      if (!isQuick) return measureMachine(contestants, threads);
      machine ??= measureMachine(contestants, threads);
      return machine;
    },
  };
  for (const { name, title, measure } of chosen) {
    process.stderr.write(`${name} ...\n`);
    const began = performance.now();
    let outcome: Outcome;
    try {
      outcome = await measure(settings);
    } catch (error) {
      // The others are worth having.
      process.stderr.write(`${name} failed: ${error instanceof Error ? error.stack : String(error)}\n`);
      process.exitCode = 1;
      continue;
    }
    process.stderr.write(`${name} took ${((performance.now() - began) / 1000).toFixed(0)} s\n`);
    const result: Result = {
      ...{
        workload: name,
        title,
        command: `npm run bench -- --only ${name}`,
        date: new Date().toISOString().slice(0, 10),
      },
      ...{ machine: describeMachine(), threads, ...outcome },
    };
    writeResult(out, result);
    process.stdout.write(`${section(result)}\n\n`);
  }
}

function isAsked(name: string, only: string): boolean {
  return only.split(',').some((asked) => (asked.endsWith('*') ? name.startsWith(asked.slice(0, -1)) : name === asked));
}

function wholeNumber(text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new Error(`"${text}" is not a whole number above 0`);
  return value;
}
