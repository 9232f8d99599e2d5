// duet doctor
import type { Command } from 'commander';
import { examples, jsonSettings } from './common-settings.ts';
import { type Context, writeResult } from './context.ts';
import type { Check } from './doctor-checks.ts';
import { exitCodes } from './errors.ts';
import { addSettings, type ValuesOf, valuesOf } from './setting.ts';

export type DoctorResult = { readonly healthy: boolean; readonly checks: readonly Check[] };

export function addDoctorCommand(program: Command, context: Context): void {
  const command: Command = program.command('doctor').summary('see whether this computer is ready');
  command.description(
    'Check Node, ONNX Runtime and what it can compute on, the media decoders, caches and disk. The exit code is 1 if something essential is broken.',
  );
  addSettings(command, jsonSettings);
  command.addHelpText(
    'after',
    examples(
      ['duet doctor', 'what works, what does not, and how to mend it'],
      ['duet doctor --json', 'the same as JSON, for a bug report'],
    ),
  );
  command.action(() => runDoctor(valuesOf(command, jsonSettings), context));
}

async function runDoctor(settings: ValuesOf<typeof jsonSettings>, context: Context): Promise<void> {
  const { runChecks } = await import('./doctor-checks.ts');
  const checks = await runChecks(context.environment);
  const healthy = checks.every((check) => check.state !== 'broken');
  writeResult(context, settings.json, { healthy, checks }, doctorText);
  if (!healthy) context.setExitCode(exitCodes.failure);
}

const marks = { ok: '✓', note: '–', broken: '✗' } as const;

/** One line per check, and under it how to mend what does not work. */
export function doctorText(result: DoctorResult): string {
  const width = Math.max(...result.checks.map((check) => check.name.length));
  const lines = result.checks.flatMap((check) => [
    `${marks[check.state]} ${check.name.padEnd(width)}  ${check.found}`,
    ...(check.mend === undefined ? [] : [`  ${' '.repeat(width)}  → ${check.mend}`]),
  ]);
  const verdict = result.healthy ? 'Ready.' : 'Not ready: mend what is marked ✗.';
  return `${lines.join('\n')}\n\n${verdict}\n`;
}
