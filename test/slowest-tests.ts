// After a run: the slowest files, with what their hooks take, and the slowest tests.
import type { Reporter, TestModule } from 'vitest/node';

type Timed = { readonly name: string; readonly milliseconds: number };

const shown = 10;
/** What is faster is not worth a line. */
const leastMilliseconds = 2000;

export const slowestTests: Reporter = {
  onTestRunEnd(modules) {
    const lines = [
      ...linesOf('files', modules.map(timedFile)),
      ...linesOf(
        'tests',
        modules.flatMap((module) =>
          [...module.children.allTests()].map((test) => ({
            name: `${module.relativeModuleId}: ${test.name}`,
            milliseconds: test.diagnostic()?.duration ?? 0,
          })),
        ),
      ),
    ];
    if (lines.length > 0) process.stdout.write(`${lines.join('\n')}\n\n`);
  },
};

function timedFile(module: TestModule): Timed {
  const { collectDuration, duration } = module.diagnostic();
  return { name: module.relativeModuleId, milliseconds: collectDuration + duration };
}

/** The slowest first. */
function linesOf(what: string, timed: readonly Timed[]): string[] {
  const slow = timed
    .filter(({ milliseconds }) => milliseconds >= leastMilliseconds)
    .toSorted((a, b) => b.milliseconds - a.milliseconds)
    .slice(0, shown);
  if (slow.length === 0) return [];
  const rows = slow.map(({ name, milliseconds }) => `${(milliseconds / 1000).toFixed(1).padStart(8)} s  ${name}`);
  return [`The slowest ${what}:`, ...rows];
}
