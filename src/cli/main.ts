#!/usr/bin/env node
// The `duet` command.
import { writeError } from '../files/file-error.ts';
import { reportFailure } from './errors.ts';
import { watchInterrupts } from './interrupt.ts';
import { runDuet } from './run.ts';

for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    // The reader has gone (head, less): nothing is left to tell anybody.
    if (error.code === 'EPIPE') process.exit(0);
    // Where stderr cannot be written to, nobody can be told, and the work goes on.
    if (stream === process.stderr) return;
    const failure = writeError('the standard output', error);
    process.exit(reportFailure(failure, (text) => void process.stderr.write(text), process.env));
  });
}

const interrupts = watchInterrupts(
  process,
  (text) => void process.stderr.write(text),
  (code) => process.exit(code),
);
process.exitCode = await runDuet(process.argv.slice(2), process, process.env, interrupts.signal);
interrupts.stop();
