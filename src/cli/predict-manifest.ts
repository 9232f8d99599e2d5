// `duet predict RUN --manifest TABLE --out FOLDER`: an archive, shard by shard.
import { availableParallelism } from 'node:os';
import { type ArchiveSummary, predictArchive } from '../archive/predict-archive-node.ts';
import type { QueueArchiveOptions } from '../archive/queue-archive-node.ts';
import { DuetError } from '../errors.ts';
import { type Context, writeResult } from './context.ts';
import { exitCodes } from './errors.ts';
import type { PredictSettings } from './predict-settings.ts';
import type { Progress } from './progress.ts';
import { knownOf, sessionOptions } from './session-options.ts';

export async function predictManifest(
  run: string,
  files: readonly string[],
  settings: PredictSettings,
  context: Context,
): Promise<void> {
  const { manifest, out, shard, shardRows, hop, missing, backbone, workers = availableParallelism() } = settings;
  if (manifest === undefined || out === undefined)
    throw new DuetError('An archive needs a folder for its results; name one with --out.');
  checkAlone(files, settings);
  const [index, of] = shard.split('/').map(Number) as [number, number];
  const progress = context.progress(settings.quiet);
  try {
    const session = sessionOptions(settings, await knownOf(settings, context, progress, 'takes what is known'));
    const about = {
      ...{ run, backbone, session, manifest, out, rows: shardRows, processes: workers, signal: context.signal },
      settings: { hop: hop ?? null, missing, options: resultOptions(settings) },
    };
    if (settings.queue !== undefined)
      return await predictByQueue({ ...about, url: settings.queue }, settings, context, progress);
    const phase = progress.begin('predict', undefined, { unit: 'clips' });
    let name = '';
    const summary = await predictArchive({
      ...{ ...about, part: { index, of } },
      onEvent(event) {
        if (event.kind === 'shard') name = event.name;
        else phase.update(event.done, name);
      },
    });
    phase.finish();
    progress.end();
    writeResult(context, settings.json, summary, (found) => summaryText(found, out));
    if (summary.failed > 0) context.setExitCode(exitCodes.failure);
  } finally {
    progress.end();
  }
}

/** Those that were given: a system that does not have one says so. */
function resultOptions({ top, threshold }: PredictSettings): Readonly<Record<string, unknown>> {
  return { top, ...(threshold !== undefined && { threshold }) };
}

function checkAlone(files: readonly string[], settings: PredictSettings): void {
  const { audio, start, end, prompt, calibrate, overlays, report, audacity, vtt, csv, tsv } = settings;
  if (files.length > 0) throw new DuetError(`Give either files (${files[0]}) or a --manifest.`);
  const given = Object.entries({
    audio,
    start,
    end,
    prompt,
    calibrate,
    overlays,
    report,
    audacity,
    vtt,
    csv,
    tsv,
  }).find(([, value]) => value !== undefined);
  if (given)
    throw new DuetError(
      `--${given[0]} is for single files; leave it out, or write it into the manifest where it fits.`,
    );
}

function summaryText({ shards, rows, written, failed, complete }: ArchiveSummary, out: string): string {
  const state = complete ? `All ${shards} shards are there` : `Other shards of the ${shards} are missing still`;
  const unread = failed > 0 ? ` ${failed} clips could not be read; their lines say why.` : '';
  return `${written} shards written to ${out}. ${state} (${rows} clips).${unread}\n`;
}

async function predictByQueue(
  { url, ...about }: Omit<QueueArchiveOptions, 'queue'> & { readonly url: string },
  { queueName, json, shard }: PredictSettings,
  context: Context,
  progress: Progress,
): Promise<void> {
  if (shard !== '0/1') throw new DuetError('A queue gives out all shards; leave out --shard, or --queue.');
  const { queueArchive } = await import('../archive/queue-archive-node.ts');
  const phase = progress.begin('shards that are there');
  const found = await queueArchive({
    ...about,
    queue: {
      ...{ url, name: queueName },
      onState: (isThere) => progress.note(isThere ? 'The queue is there again.' : 'The queue is away; waiting.'),
    },
    onProgress: (there, known) => phase.update(there, `of ${known}`),
  });
  phase.finish();
  progress.end();
  writeResult(context, json, found, ({ shards, rows, dead }) => {
    const lost = dead.map(({ name, reason }) => `${name}: ${reason}\n`).join('');
    return `${shards - dead.length} of ${shards} shards (${rows} clips) are in ${about.out}.\n${lost}`;
  });
  if (found.dead.length === 0) return;
  context.setExitCode(exitCodes.failure);
  context.writeError(
    `duet: ${found.dead.length} shards failed each time they were tried; the same command tries them again.\n`,
  );
}
