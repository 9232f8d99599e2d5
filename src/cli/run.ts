// One run of the command line, from its arguments to its exit code.
import { type Context, createContext, type Streams } from './context.ts';
import { exitCodes, reportFailure } from './errors.ts';
import { createProgram } from './program.ts';
import { shellQuoted } from './shell.ts';

/** Runs `duet` with these arguments. Never throws and never ends the process. */
export async function runDuet(
  argv: readonly string[],
  streams: Streams,
  environment: Context['environment'],
  signal: AbortSignal = new AbortController().signal,
): Promise<number> {
  let exitCode: number | undefined;
  const commandLine = ['duet', ...argv.map(shellQuoted)].join(' ');
  const context = createContext(streams, environment, signal, commandLine, (code) => {
    exitCode = code;
  });
  try {
    const program = await createProgram(context, argv[0]);
    if (argv.length === 0) program.outputHelp();
    else await program.parseAsync(argv, { from: 'user' });
  } catch (error) {
    // What commander throws where it has printed the help or the version is no failure.
    exitCode = reportFailure(error, context.writeError, environment) || undefined;
  }
  return exitCode ?? (signal.aborted ? exitCodes.interrupted : exitCodes.ok);
}
