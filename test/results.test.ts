// Numbers of docs/results.md, measured again: a short demo with a seed that the table there has not seen.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { duet, duetJson, newFolder } from './duet.ts';

type Demo = {
  readonly accuracy: number;
  readonly backgroundAuc: number;
  readonly localisation: Readonly<Record<'evidence' | 'centre prior', { readonly peakInBox: number }>>;
};

/** Mean and deviation over seeds, both in percent, of a row of the table under "The short demo". */
async function stated(row: string): Promise<{ mean: number; deviation: number }> {
  const page = await readFile(new URL('../docs/results.md', import.meta.url), 'utf8');
  const section = page.slice(page.indexOf('### The short demo'));
  const found = new RegExp(`^\\| ${row} \\| (?<mean>[\\d.]+) \\| (?<deviation>[\\d.]+) \\|`, 'm').exec(section)?.groups;
  expect(found, `no row '${row}' in docs/results.md`).toBeDefined();
  return { mean: Number(found!.mean), deviation: Number(found!.deviation) };
}

let demo: Demo;
beforeAll(async () => {
  const short = ['demo', '--clips', '6', '--epochs', '1', '--threads', '1', '--seed', '7'];
  const folder = await newFolder('results');
  demo = await duetJson<Demo>([...short, '--out', join(folder, 'demo')], (argv) => duet(argv, { seconds: 840 }));
}, 900_000);

// Two deviations of the seeds, and one clip of thirty. The seed is fixed, so only rounding moves what a machine finds;
// a broken build is far outside (the paper's map has no peak in a box at all).
test.each([
  ['accuracy', (demo: Demo) => demo.accuracy],
  ['background AUC', (demo: Demo) => demo.backgroundAuc],
  ['peak of the evidence in the box', (demo: Demo) => demo.localisation.evidence.peakInBox],
] as const)('%s is what the results page states, within the spread of seeds', async (row, found) => {
  const { mean, deviation } = await stated(row);
  expect(Math.abs(100 * found(demo) - mean)).toBeLessThan(2 * deviation + 100 / 30);
});
