// duet verify FILE...
import type { Command } from 'commander';
import { isDuetError } from '../errors.ts';
import { textTable } from '../report/text-table.ts';
import type { Verification } from '../run/verify-node.ts';
import { examples, machineSettings, outputSettings } from './common-settings.ts';
import { type Context, writeResult } from './context.ts';
import { exitCodes } from './errors.ts';
import { sessionOptions } from './session-options.ts';
import { addSettings, type ValuesOf, valuesOf } from './setting.ts';

const verifySettings = { ...outputSettings, ...machineSettings };

export function addVerifyCommand(program: Command, context: Context): void {
  const command: Command = program.command('verify').summary('compare with the numbers of a reference run');
  command.argument(
    '<file...>',
    '.safetensors files with param.*, input.*, output.*, grad.*, after5.* and trajectory.loss',
  );
  command.description(
    'Compute what a reference run computed and print the largest relative error per group. ' +
      'The exit code is 1 if a file cannot be used or an error is larger than allowed: 1e-5 for outputs, losses and attention, ' +
      '1e-4 for gradients and five steps of loss, 1e-3 for the parameters after them.',
  );
  addSettings(command, verifySettings);
  command.addHelpText(
    'after',
    examples(
      ['duet verify golden/*.safetensors', 'every file, a table for each'],
      ['duet verify golden.safetensors --json', 'the same as JSON'],
      ['duet verify golden.safetensors --provider webgpu', 'does the GPU compute the same?'],
    ),
  );
  command.action((files: string[]) => runVerify(files, valuesOf(command, verifySettings), context));
}

type UnreadableRun = { readonly file: string; readonly error: string };

async function runVerify(
  files: readonly string[],
  settings: ValuesOf<typeof verifySettings>,
  context: Context,
): Promise<void> {
  const { verifyFile } = await import('../run/verify-node.ts');
  const progress = context.progress(settings.quiet);
  const phase = progress.begin('verify', files.length);
  const results: (Verification | UnreadableRun)[] = [];
  try {
    for (const file of files) {
      context.signal.throwIfAborted();
      phase.update(results.length, file);
      results.push(
        await verifyFile(file, sessionOptions(settings), context.signal).catch((error) => unreadable(file, error)),
      );
    }
  } finally {
    progress.end();
  }
  writeResult(context, settings.json, results, (all) =>
    all.flatMap((result) => ('error' in result ? [] : [verifyText(result)])).join('\n'),
  );
  for (const result of results) {
    if ('error' in result) context.writeError(`duet: ${result.error}\n`);
    if ('error' in result || !result.passed) context.setExitCode(exitCodes.failure);
  }
}

/** One file that cannot be used does not end the others. */
function unreadable(file: string, error: unknown): UnreadableRun {
  if (!isDuetError(error)) throw error;
  return { file, error: error.message };
}

/** One file's comparison as people read it. */
export function verifyText(result: Verification): string {
  const rows = result.groups.map((group) => [
    group.name,
    group.error.toExponential(1),
    group.tolerance.toExponential(0),
    String(group.compared),
    group.passed ? 'ok' : `TOO LARGE: ${group.worst}`,
  ]);
  return `${result.file}\n${textTable(['group', 'largest error', 'allowed', 'compared', ''], rows)}`;
}
