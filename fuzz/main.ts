// npm run fuzz -- --runs N --seed S: damaged files for every reader. Each must be read or refused with a DuetError:
// never a crash, another error, more than ten seconds, or more than a gigabyte of memory.
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Job, Told } from './child.ts';
import { fuzzMedia } from './media.ts';
import { readers } from './readers.ts';
import { count, type Tally } from './tally.ts';

const patienceMs = 10_000;
const mostBytes = 2 ** 30;

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string' },
    'media-runs': { type: 'string' },
  },
});
const [runs, seed] = [Number(values.runs), Number(values.seed)];

const faultsShown = 5;

/** Runs what is left in a process; goes on behind an input that ended or blocked it. */
async function fuzzReader(reader: string, count: number): Promise<Tally> {
  const tally: Tally = { read: 0, refused: 0, faults: [] };
  for (let next = 0; next < count && tally.faults.length < 50; )
    next = await oneProcess({ reader, seed, from: next, to: count }, tally);
  return tally;
}

function oneProcess(job: Job, tally: Tally): Promise<number> {
  return new Promise((resolve) => {
    const child = fork(fileURLToPath(new URL('./child.js', import.meta.url)), {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      execArgv: ['--max-old-space-size=1024'],
    });
    let next = job.from;
    let why: string | undefined;
    let said = '';
    const stop = (reason: string) => {
      why = reason;
      child.kill('SIGKILL');
    };
    // The process itself takes a while to start.
    let timer = setTimeout(() => stop('does not start'), 60_000);
    child.stderr!.on('data', (piece) => {
      said = `${said}${piece}`.slice(-2000);
    });
    child.on('message', ({ index, ending, rss }: Told) => {
      clearTimeout(timer);
      timer = setTimeout(() => stop(`takes more than ${patienceMs / 1000} seconds`), patienceMs);
      next = index + 1;
      count(tally, index, ending);
      if (rss > mostBytes) stop(`the process holds ${Math.round(rss / 2 ** 20)} MiB after it`);
    });
    child.on('exit', (code, signal) => {
      clearTimeout(timer);
      if (code === 0 && !why) return resolve(next);
      const isOver = why?.startsWith('the process holds');
      tally.faults.push({
        index: isOver ? next - 1 : next,
        what: why ?? `ends the process (${code ?? signal}): ${said}`,
      });
      resolve(isOver ? next : next + 1);
    });
    child.send(job);
  });
}

const chosen = readers.filter(({ name }) => values.only === undefined || values.only === name);
let faults = 0;
function show(name: string, tally: Tally, seconds: number): void {
  faults += tally.faults.length;
  console.log(
    `${name}: ${tally.read + tally.refused + tally.faults.length} inputs, ${tally.read} read, ${tally.refused} refused, ${tally.faults.length} faults, ${seconds.toFixed(0)} s`,
  );
  for (const { index, what } of tally.faults.slice(0, faultsShown)) console.log(`  input ${index}: ${what}`);
}

for (const { name, share = 1 } of chosen) {
  const begun = performance.now();
  show(name, await fuzzReader(name, Math.ceil((share * runs) / chosen.length)), (performance.now() - begun) / 1000);
}
if (values.only === undefined || values.only === 'media') {
  const begun = performance.now();
  const mediaRuns = values['media-runs'] === undefined ? Math.ceil(runs / 100) : Number(values['media-runs']);
  const tally = await fuzzMedia(mediaRuns, seed);
  if (tally) show('media', tally, (performance.now() - begun) / 1000);
  else console.log('media: skipped, as ../shared/data/formats is not there');
}
if (faults > 0) process.exitCode = 1;
