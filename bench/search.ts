// npm run bench:search: how well and how fast the built-in model, or a run, finds what is in videos.
import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { readJsonClearly } from '../src/files/read-clearly-node.ts';
import { checkSchema } from '../src/files/schema-error.ts';
import { openTextEmbedder } from '../src/infer/text-embedder.ts';
import { retrievalMetrics } from '../src/metrics/retrieval.ts';
import { createRandom } from '../src/random.ts';
import { indexVideos, sharesKind } from '../src/run/index-node.ts';
import { openAdapter } from '../src/run/open-adapter-node.ts';
import { builtInSearchModel } from '../src/run/search-model-node.ts';
import { openSearch } from '../src/run/search-node.ts';
import { nodeSessions } from '../src/runtime/session-node.ts';
import { combineEvidence } from '../src/search/combine.ts';
import { type OpenIndex, openIndex } from '../src/search/open-index-node.ts';
import { readQuery } from '../src/search/query.ts';
import { createVectorTable } from '../src/search/vector-table.ts';
import { openTextBackbone } from '../src/weights/open-text-backbone-node.ts';

const usage = `npm run bench:search -- [OPTIONS]
  --captions FOLDER  videos with captions.json beside them: each caption looks for its own video
  --classes FOLDER   one folder of videos for each class: class names look for the videos of their class, and what words
                     for what is not there reach
  --latency          scans of 10,000, 100,000 and 1,000,000 windows
  --run RUN          whose model indexes (default: the built-in one)
  --backbone MODEL   where the run's backbone lies now
`;

const { values } = parseArgs({
  options: {
    captions: { type: 'string' },
    classes: { type: 'string' },
    latency: { type: 'boolean', default: false },
    run: { type: 'string' },
    backbone: { type: 'string' },
  },
});

const captionsSchema = z.array(
  z.object({ file: z.string(), captions: z.array(z.string()).min(1), soundCaption: z.string() }),
);
/** What counts of a window. */
const viewsOfVectors: Readonly<Record<string, readonly string[]>> = {
  'picture and sound': ['names', 'picture', 'sound'],
  'picture alone': ['names', 'picture'],
  'sound alone': ['sound'],
};

/** Of a window without what counts. */
const least = -1e9;

const print = (text: string) => process.stdout.write(`${text}\n`);

if (values.captions !== undefined) await captions(values.captions);
if (values.classes !== undefined) await classes(values.classes);
if (values.latency) latency();
if (values.captions === undefined && values.classes === undefined && !values.latency) print(usage);

async function captions(folder: string): Promise<void> {
  const path = join(folder, 'captions.json');
  const told = checkSchema(captionsSchema, await readJsonClearly(path), path);
  await withIndex(folder, async ({ index, scoresOf, views }) => {
    const files = told.map(({ file }) => file);
    const kinds = [...told[0]!.captions.map((_, kind) => `caption ${kind + 1}`), 'caption of the sound'];
    print(
      `\n| captions of ${files.length} videos | what counts | R@1 | R@5 | R@10 | median rank |\n|${' --- |'.repeat(6)}`,
    );
    for (const [kind, title] of kinds.entries()) {
      const texts = told.map(({ captions: own, soundCaption }) => own[kind] ?? soundCaption);
      for (const [view, counted] of Object.entries(views)) {
        const similarity: number[] = [];
        for (const text of texts)
          similarity.push(...bestOfFiles(index, await scoresOf(text, counted), files, basename));
        const relevant = texts.flatMap((_, row) => files.map((_, column) => Number(row === column)));
        const found = retrievalMetrics({ queries: texts.length, items: files.length, similarity, relevant });
        const shares = [1, 5, 10].map((k) => (100 * found.recallAt(k)).toFixed(0));
        print(`| ${[title, view, ...shares, found.medianRank].join(' | ')} |`);
      }
    }
  });
}

async function classes(folder: string): Promise<void> {
  const labels = (await readdir(folder, { withFileTypes: true }))
    .filter((one) => one.isDirectory())
    .map((one) => one.name);
  await withIndex(folder, async ({ index, scoresOf, views, out }) => {
    const files = [...index.state.files.keys()].map((path) => relative(folder, path));
    const relevant = labels.flatMap((label) => files.map((file) => Number(dirname(file) === label)));
    const place = (path: string) => relative(folder, path);
    print(`\n| class names, ${files.length} videos | what counts | mAP |\n| --- | --- | --- |`);
    for (const [title, textOf] of [
      ['NAME', (label: string) => label],
      ['a video of a NAME', (label: string) => `a video of a ${label}`],
    ] as const) {
      for (const [view, counted] of Object.entries(views)) {
        const similarity: number[] = [];
        for (const label of labels) {
          const scores = await scoresOf(textOf(label.replaceAll('_', ' ')), counted);
          similarity.push(...bestOfFiles(index, scores, files, place));
        }
        const { meanAveragePrecision } = retrievalMetrics({
          ...{ queries: labels.length, items: files.length, similarity, relevant },
        });
        print(`| ${title} | ${view} | ${(100 * meanAveragePrecision).toFixed(1)} |`);
      }
    }
    await nothingThere(out, labels);
  });
}

/** The best score that a class's name reaches among its own videos, and among all the others. */
async function nothingThere(out: string, labels: readonly string[]): Promise<void> {
  const search = await openSearch(out);
  try {
    const best: { there: number[]; absent: number[] } = { there: [], absent: [] };
    for (const label of labels) {
      const { moments } = await search.search({ words: label.replaceAll('_', ' '), top: 1000, threshold: 0 });
      const most = (own: boolean) =>
        moments
          .filter(({ path }) => (basename(dirname(path)) === label) === own)
          .reduce((highest, { score }) => Math.max(highest, score), 0);
      best.there.push(most(true));
      best.absent.push(most(false));
    }
    const shown = (scores: readonly number[]) =>
      [...scores]
        .sort((a, b) => a - b)
        .map((score) => score.toFixed(3))
        .join(' ');
    print(`\nbest score of a class that is there:     ${shown(best.there)}`);
    print(`best score where all of its videos are left out: ${shown(best.absent)}`);
  } finally {
    await search.release();
  }
}

type Searchable = {
  readonly out: string;
  readonly index: OpenIndex;
  /** Scores of all rows by the kinds that count, by words. */
  readonly scoresOf: (text: string, counted: readonly string[]) => Promise<Float32Array>;
  /** What may count of a window. */
  readonly views: Readonly<Record<string, readonly string[]>>;
};

/** Indexes the folder, says how fast, and forgets the index afterwards. */
async function withIndex(folder: string, use: (searchable: Searchable) => Promise<void>): Promise<void> {
  const { run, backbone } = values;
  const out = await mkdtemp(join(tmpdir(), 'duet-bench-search-'));
  const embedder = openTextEmbedder(await openTextBackbone(), nodeSessions({ threads: 1 }));
  try {
    const [started, before] = [performance.now(), process.cpuUsage()];
    await indexVideos({ run, backbone, videos: [folder], index: out });
    const seconds = (performance.now() - started) / 1000;
    const { user, system } = process.cpuUsage(before);
    const index = await openIndex(out);
    const windows = [...index.state.files.values()].flatMap((file) => file.windows);
    const hours = windows.reduce((total, [start, end]) => total + end - start, 0) / 3600;
    const bytes = Number(execFileSync('du', ['-sb', out], { encoding: 'utf8' }).split('\t')[0]);
    print(
      `${windows.length} windows, ${(hours * 60).toFixed(1)} minutes: indexed in ${seconds.toFixed(1)} s ` +
        `(${((user + system) / 1e6).toFixed(1)} s of this process's CPU), ` +
        `${((hours * 3600) / seconds).toFixed(1)} times as fast as they play, ${(bytes / hours / 1024).toFixed(0)} KiB an hour`,
    );
    const adapter = await openAdapter(run ?? builtInSearchModel, { backbone, changes: { missing: 'zero' } });
    const texts = adapter.open.vectors?.texts(adapter.tensors);
    const scoresOf = async (text: string, counted: readonly string[]) => {
      if (!texts) return index.scores(sharesKind, (await readQuery(text, adapter.known.labels, embedder.embed)).spread);
      const sought = texts.ofText((await embedder.embed([text]))[0]!).filter(({ kind }) => counted.includes(kind));
      const evidence = sought.map(({ kind, vector, weight }) => ({ scores: index.scores(kind, vector), weight }));
      return combineEvidence(evidence, index.isAlive);
    };
    await use({ out, index, scoresOf, views: texts ? viewsOfVectors : { 'shares of the classes': [] } });
  } finally {
    await embedder.release();
    await rm(out, { recursive: true });
  }
}

/** Of each file its best window's. */
function bestOfFiles(
  index: OpenIndex,
  scores: Float32Array,
  files: readonly string[],
  nameOf: (path: string) => string,
): number[] {
  const best = new Map<string, number>();
  for (const [row, score] of scores.entries()) {
    const name = nameOf(index.windowOf(row).path);
    best.set(name, Math.max(best.get(name) ?? least, score));
  }
  return files.map((file) => best.get(file) ?? least);
}

/** One kind of 128 numbers, and the three kinds of the built-in model together with their combination. */
function latency(): void {
  print(
    '\n| windows | one kind: p50, p95 (ms) | words, up to six scans and their sum: p50, p95 (ms) | MiB |\n| --- | --- | --- | --- |',
  );
  const random = createRandom('latency');
  const drawn = (count: number) => Float32Array.from({ length: count }, () => random.uniform() - 0.5);
  for (const rows of [10_000, 100_000, 1_000_000]) {
    const tables = ['names', 'picture', 'sound'].map(() => {
      const table = createVectorTable(128, rows);
      const part = drawn(10_000 * 128);
      for (let row = 0; row < rows; row += 10_000) table.append(part);
      return table;
    });
    const timed = (times: number, work: () => void) => {
      const taken = Array.from({ length: times }, () => {
        const started = performance.now();
        work();
        return performance.now() - started;
      }).sort((a, b) => a - b);
      return [0.5, 0.95].map((share) => taken[Math.floor(share * (times - 1))]!.toFixed(1)).join(', ');
    };
    const query = drawn(128);
    const one = timed(rows < 1e6 ? 50 : 20, () => tables[0]!.scores(query));
    const words = timed(rows < 1e6 ? 30 : 10, () => {
      const scans = [...tables, ...tables].map((table, i) => ({ scores: table.scores(query), weight: 1 + i }));
      combineEvidence(scans, () => true);
    });
    print(`| ${[rows.toLocaleString('en'), one, words, ((3 * rows * 512) / 2 ** 20).toFixed(0)].join(' | ')} |`);
  }
}
