// docs/performance.md from bench/results: everything between its two markers is written here.
import { readFileSync, writeFileSync } from 'node:fs';
import type { SideResult } from './compare.ts';
import { duetName, int8Name } from './peers.ts';
import type { Fact, Result } from './results.ts';
import type { Spread } from './statistics.ts';
import { isReached } from './targets.ts';

const markers = ['<!-- results: written by npm run bench:table -->', '<!-- end of results -->'] as const;

/** Puts the results between the markers of a page. @throws when it has none. */
export function writeTable(path: string, results: readonly Result[], order: readonly string[]): void {
  const text = readFileSync(path, 'utf8');
  const [start, end] = [text.indexOf(markers[0]), text.indexOf(markers[1])];
  if (start < 0 || end < start)
    throw new Error(`${path} has no place for results; it needs the lines ${markers.join(' and ')}`);
  const sorted = [...results].sort((a, b) => order.indexOf(a.workload) - order.indexOf(b.workload));
  const sections =
    sorted.length === 0 ? ['Nothing has been recorded yet.'] : [...targetSection(sorted), ...sorted.map(section)];
  writeFileSync(path, `${text.slice(0, start + markers[0].length)}\n\n${sections.join('\n\n')}\n\n${text.slice(end)}`);
}

/** What was promised beside what was measured, of all workloads that say so. */
function targetSection(results: readonly Result[]): string[] {
  const rows = results.flatMap(({ title, targets = [] }) =>
    targets.map((target) => {
      const { what, value, most, least, unit } = target;
      const limit = most !== undefined ? `at most ${shown(most, unit)}` : `at least ${shown(least ?? 0, unit)}`;
      return [title, what, limit, shown(value, unit), isReached(target) ? 'yes' : 'no'];
    }),
  );
  return rows.length === 0 ? [] : ['### Targets', table(['', '', 'target', 'measured', 'reached'], rows)];
}

/** One workload: what was typed, the sides, the floor. */
export function section(result: Result): string {
  const { title, command, date, machine, threads, sides, facts, floor, growth, note } = result;
  const about = `\`${command}\`, ${date}; ${machine.processor}, ${machine.cores} cores, ${machine.system}, Node ${machine.node}; ${threads} threads.`;
  const parts = [`### ${title}`, about];
  if (sides.length > 0)
    parts.push(
      table(
        ['', 'time (quartiles)', "Duet's time over it", "Duet int8's time over it", 'peak memory', 'difference'],
        sides.map(row),
      ),
    );
  if (floor)
    parts.push(
      `Floor: ${shown(floor.milliseconds, 'ms')} (${(floor.operations / 1e9).toFixed(1)} GFLOP at ${shown(floor.operationsPerSecond / 1e9, 'GFLOP/s')}, ` +
        `${shown(floor.bytes, 'bytes')} of weights at ${shown(floor.bytesPerSecond / 1e9, 'GB/s')}); ` +
        `with eight bits ${shown(floor.int8Milliseconds, 'ms')} (at ${shown(floor.int8OperationsPerSecond / 1e9, 'GFLOP/s')}).`,
    );
  if (facts.length > 0) parts.push(table(['', ''], facts.map(factRow)));
  if (note !== undefined) parts.push(note);
  if (growth) {
    const every = Math.ceil(growth.points.length / 8);
    const some = growth.points.filter((_, index, { length }) => index % every === every - 1 || index === length - 1);
    const points = some.map(({ at, seconds, memory }) => [
      String(at),
      shown(1000 * seconds, 'ms'),
      memory ? shown(memory, 'bytes') : '',
    ]);
    parts.push(table([growth.xLabel, growth.timeOf, 'memory'], points));
    parts.push(
      ['time', 'memory']
        .map((kind) => `![${title}, ${kind}](../bench/results/${result.workload}-${kind}.svg)`)
        .join(' '),
    );
  }
  return parts.join('\n\n');
}

function row({ name, version, absent, milliseconds, ratio, int8Ratio, peakMemory, difference }: SideResult): string[] {
  const titled = version === undefined ? name : `${name} (${version})`;
  if (absent !== undefined || !milliseconds) return [titled, `not measured: ${absent}`, '', '', '', ''];
  const { median, lower, upper } = milliseconds;
  return [
    titled,
    `${shown(median, 'ms')} (${shown(lower, 'ms')} to ${shown(upper, 'ms')})`,
    ratio && name !== duetName ? ratioText(ratio) : '',
    int8Ratio && name !== int8Name ? ratioText(int8Ratio) : '',
    peakMemory === undefined ? '' : shown(peakMemory, 'bytes'),
    difference === undefined || name === duetName ? '' : difference.toExponential(0),
  ];
}

function factRow({ name, value, quartiles, unit }: Fact): string[] {
  return [
    name,
    quartiles
      ? `${shown(value, unit)} (${quartiles.map((quartile) => shown(quartile, unit)).join(' to ')})`
      : shown(value, unit),
  ];
}

function ratioText({ median, lower, upper }: Spread): string {
  return `${median.toFixed(2)} (${lower.toFixed(2)} to ${upper.toFixed(2)})`;
}

/** A number with its unit, in as many digits as are worth reading. */
export function shown(value: number, unit: Fact['unit']): string {
  if (unit === 'bytes') return `${(value / 1e6).toFixed(value < 1e8 ? 1 : 0)} MB`;
  if (unit === 'share') return `${(100 * value).toFixed(1)} %`;
  if (unit === 'ratio') return value.toFixed(value < 0.1 ? 4 : 2);
  if (unit === 'count') return String(value);
  if (unit === 'ms' && value >= 10_000) return `${(value / 1000).toFixed(1)} s`;
  return `${value.toFixed(value < 100 ? 1 : 0)} ${unit}`;
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = (texts: readonly string[]) => `| ${texts.map((text) => text.replaceAll('|', '/')).join(' | ')} |`;
  return [cells(heads), cells(heads.map(() => '---')), ...rows.map(cells)].join('\n');
}
