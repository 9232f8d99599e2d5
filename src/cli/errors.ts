// How a command ends: exit codes, and failures as one line.
import { CommanderError } from 'commander';
import { isDuetError, messageOf } from '../errors.ts';
import { systemError } from '../files/file-error.ts';

export const exitCodes = { ok: 0, failure: 1, usage: 2, interrupted: 130 } as const;

/** Says on stderr what went wrong and gives the exit code. Commander's own complaints have been printed already. */
export function reportFailure(
  error: unknown,
  write: (text: string) => void,
  environment: Readonly<Record<string, string | undefined>>,
): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  const debugging = environment.DUET_DEBUG === '1';
  if (debugging && error instanceof Error && error.stack !== undefined) write(`${error.stack}\n`);
  if (error instanceof Error && error.name === 'AbortError') {
    write('duet: stopped\n');
    return exitCodes.interrupted;
  }
  const reported = systemError(error);
  write(`duet: ${oneLine(messageOf(reported))}\n`);
  if (!isDuetError(reported) && !debugging)
    write('duet: this looks like a fault of the program; run with DUET_DEBUG=1 for the stack\n');
  return exitCodes.failure;
}

function oneLine(message: string): string {
  return message.replace(/\s*\n\s*/g, ' ').trim();
}
