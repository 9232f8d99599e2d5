// duet serve RUN...
import type { Command } from 'commander';
import { DuetError } from '../errors.ts';
import { readTextClearly } from '../files/read-text-node.ts';
import { usualLimits } from '../serve/limits.ts';
import { backboneSettings, examples, machineSettings, missingSettings } from './common-settings.ts';
import type { Context } from './context.ts';
import { exitCodes } from './errors.ts';
import { path, paths, text, texts, toggle, wholeNumber } from './field.ts';
import { packageVersion } from './package-version.ts';
import { sessionOptions } from './session-options.ts';
import { addSettings, grouped, setting, settingWithDefault, type ValuesOf, valuesOf } from './setting.ts';

const mebibyte = 2 ** 20;

const serveSettings = {
  ...grouped('Server:', {
    host: settingWithDefault(
      '--host <address>',
      'where it listens; beyond this computer only with a token',
      text,
      '127.0.0.1',
    ),
    port: settingWithDefault('--port <number>', '0 takes any free port', wholeNumber({ least: 0, most: 65_535 }), 4338),
    tokenFile: setting('--token-file <file>', 'a file with the token that callers must show (or: DUET_TOKEN)', path),
    index: setting('--index <folder>', 'also search in what duet index wrote', path),
    uploads: setting(
      '--uploads <folder>',
      'where uploads lie for as long as they are needed (default: the system’s)',
      path,
    ),
    grace: settingWithDefault(
      '--grace <seconds>',
      'how long requests may take to end when the server does',
      wholeNumber({ least: 0, most: 3600 }),
      30,
    ),
  }),
  ...grouped('Allow:', {
    allowPath: settingWithDefault(
      '--allow-path <folder>',
      'requests may name files in this folder; may be given again',
      paths,
      [],
    ),
    allowUrl: settingWithDefault(
      '--allow-url <host>',
      'requests may name URLs of this host; may be given again',
      texts,
      [],
    ),
    allowPrivate: settingWithDefault(
      '--allow-private',
      'these hosts may have addresses of a private network',
      toggle,
      false,
    ),
    ffmpeg: settingWithDefault('--ffmpeg', 'rare formats may be read by the ffmpeg on the PATH', toggle, false),
  }),
  ...grouped('Limits:', {
    maxMegabytes: settingWithDefault(
      '--max-megabytes <number>',
      'size of a file',
      wholeNumber({ least: 1, most: 1e6 }),
      usualLimits.bytes / mebibyte,
    ),
    maxSeconds: settingWithDefault(
      '--max-seconds <number>',
      'duration of a clip',
      wholeNumber({ least: 1 }),
      usualLimits.clipSeconds,
    ),
    maxPixels: settingWithDefault(
      '--max-pixels <number>',
      'width times height of a frame',
      wholeNumber({ least: 1 }),
      usualLimits.pixels,
    ),
    concurrency: settingWithDefault(
      '--concurrency <number>',
      'clips read at once, each by a process',
      wholeNumber({ least: 1, most: 256 }),
      usualLimits.concurrency,
    ),
    queue: settingWithDefault(
      '--queue <number>',
      'requests that wait; more are answered with 429',
      wholeNumber({ least: 0, most: 100_000 }),
      usualLimits.queue,
    ),
    timeout: settingWithDefault(
      '--timeout <seconds>',
      'time of a request',
      wholeNumber({ least: 1, most: 86_400 }),
      usualLimits.requestSeconds,
    ),
    readerMegabytes: settingWithDefault(
      '--reader-megabytes <number>',
      'memory of a process that reads clips (Linux)',
      wholeNumber({ least: 256 }),
      usualLimits.readerBytes / mebibyte,
    ),
    batch: settingWithDefault(
      '--batch <number>',
      'windows computed together',
      wholeNumber({ least: 1, most: 256 }),
      usualLimits.batch,
    ),
  }),
  ...backboneSettings,
  ...missingSettings,
  ...machineSettings,
};

type ServeSettings = ValuesOf<typeof serveSettings>;

export function addServeCommand(program: Command, context: Context): void {
  const command: Command = program.command('serve').summary('answer requests for predictions over HTTP');
  command.argument('<run...>', 'folders that duet train wrote, or adapter folders; NAME=RUN names one');
  command.description(
    'Serve trained adapters over HTTP: POST a video to /v1/predict/NAME, and its result comes back as JSON, or window by ' +
      'window as server-sent events. GET / is a page to try it, /openapi.json describes it. Ctrl-C ends it when the ' +
      'requests inside are done.',
  );
  addSettings(command, serveSettings);
  command.addHelpText(
    'after',
    examples(
      ['duet serve runs/first', 'on this computer alone; http://127.0.0.1:4338/ is a page to try it'],
      ['curl -X POST -T clip.mp4 http://127.0.0.1:4338/v1/predict/first', 'the result of a clip'],
      [
        'DUET_TOKEN=$(cat token) duet serve dogs=runs/dogs cats=runs/cats --host 0.0.0.0 --allow-path /videos',
        'two adapters, for other computers, which may also name files under /videos',
      ],
    ),
  );
  command.action((runs: string[]) => runServe(runs, valuesOf(command, serveSettings), context));
}

async function runServe(runs: readonly string[], settings: ServeSettings, context: Context): Promise<void> {
  const { startServer } = await import('../serve/server-node.ts');
  const { jsonLog } = await import('../serve/log.ts');
  const { host, port, index, uploads, backbone, missing } = settings;
  const server = await startServer({
    ...{ runs, host, port, index, uploads, backbone, missing, session: sessionOptions(settings) },
    token: await tokenOf(settings, context),
    limits: {
      bytes: settings.maxMegabytes * mebibyte,
      clipSeconds: settings.maxSeconds,
      pixels: settings.maxPixels,
      concurrency: settings.concurrency,
      queue: settings.queue,
      requestSeconds: settings.timeout,
      readerBytes: settings.readerMegabytes * mebibyte,
      batch: settings.batch,
    },
    ...{ allowPaths: settings.allowPath, allowHosts: settings.allowUrl, mayBePrivate: settings.allowPrivate },
    ...{ mayUseFfmpeg: settings.ffmpeg, log: jsonLog(context.writeError), version: packageVersion() },
    signal: context.signal,
  });
  context.writeOut(`Duet serves at ${server.url}\nCtrl-C ends it.\n`);
  await new Promise<void>((done) => {
    if (context.signal.aborted) done();
    context.signal.addEventListener('abort', () => done(), { once: true });
  });
  await server.stop(settings.grace);
  // For a server, to be stopped is to have done its work.
  context.setExitCode(exitCodes.ok);
}

/** @throws DuetError for a token that is empty or could not be sent. */
async function tokenOf({ tokenFile }: ServeSettings, { environment }: Context): Promise<string | undefined> {
  const token = tokenFile === undefined ? environment.DUET_TOKEN : (await readTextClearly(tokenFile)).trim();
  if (token === undefined || (tokenFile === undefined && token === '')) return undefined;
  if (/^[\x21-\x7e]{16,}$/.test(token)) return token;
  const where = tokenFile ?? 'DUET_TOKEN';
  throw new DuetError(
    `The token in ${where} must have 16 letters or more, without spaces; make one with "openssl rand -hex 32".`,
  );
}
