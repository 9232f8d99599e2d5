#!/usr/bin/env node
// The `duet` command.
import { errorCode, writeError } from '../files/file-error.ts';
import { exitCodes, reportFailure } from './errors.ts';
import { watchInterrupts } from './interrupt.ts';
import { runDuet } from './run.ts';

// A reader that goes away (head, a tee that dies) ends nothing: a training is worth more than its progress, and results
// are printed last, when the work is done. The exit code says how the work went.
process.stderr.on('error', () => undefined);
let outputCode: number = exitCodes.ok;
process.stdout.on('error', (error) => {
  if (errorCode(error) === 'EPIPE') return;
  const failure = writeError('the standard output', error);
  outputCode = reportFailure(failure, (text) => void process.stderr.write(text), process.env);
  process.exitCode = outputCode;
});

const interrupts = watchInterrupts(
  process,
  (text) => void process.stderr.write(text),
  (code) => process.exit(code),
);
const exitCode = await runDuet(process.argv.slice(2), process, process.env, interrupts.signal);
process.exitCode = outputCode || exitCode;
interrupts.stop();
