// What a command may touch of the world around it. Tests give their own.

import { visibleText } from '../visible-text.ts';
import { createProgress, type Progress, type ProgressStream } from './progress.ts';

export type Context = {
  /** Results, and with --json exactly one document. Both writers show control characters instead of sending them. */
  readonly writeOut: (text: string) => void;
  readonly writeError: (text: string) => void;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Aborted by the first Ctrl-C: finish the step, save, return. */
  readonly signal: AbortSignal;
  /** What the user typed, for reports and run folders. */
  readonly commandLine: string;
  /** Progress and notes on stderr; silent if `quiet`. */
  readonly progress: (quiet: boolean) => Progress;
  /** The exit code of a command that neither failed nor succeeded fully. */
  readonly setExitCode: (code: number) => void;
};

export type Streams = { readonly stdout: { write(text: string): unknown }; readonly stderr: ProgressStream };

export function createContext(
  streams: Streams,
  environment: Context['environment'],
  signal: AbortSignal,
  commandLine: string,
  setExitCode: Context['setExitCode'],
): Context {
  return {
    writeOut: (text) => void streams.stdout.write(visibleText(text)),
    writeError: (text) => void streams.stderr.write(visibleText(text)),
    environment,
    signal,
    commandLine,
    progress: (quiet) => createProgress(streams.stderr, environment, { quiet }),
    setExitCode,
  };
}

/** One JSON document on stdout, or the same result as text for people. Numbers that JSON cannot hold become null. */
export function writeResult<Result>(
  context: Context,
  json: boolean,
  result: Result,
  asText: (result: Result) => string,
): void {
  const text = json ? JSON.stringify(result, undefined, 2) : asText(result);
  if (text !== '') context.writeOut(text.endsWith('\n') ? text : `${text}\n`);
}
