// duet doctor
import type { Command } from 'commander';
import { textTable } from '../report/text-table.ts';
import type { Trial, Tuning } from '../run/tune-node.ts';
import type { ProviderChoice } from './choose-provider.ts';
import { examples, jsonSettings } from './common-settings.ts';
import { type Context, writeResult } from './context.ts';
import type { Check } from './doctor-checks.ts';
import { exitCodes } from './errors.ts';
import { toggle } from './field.ts';
import { addSettings, grouped, settingWithDefault, type ValuesOf, valuesOf } from './setting.ts';
import { tunedText, writeTunedSettings } from './tuned-settings.ts';

const doctorSettings = {
  ...grouped('Machine:', {
    tune: settingWithDefault(
      '--tune',
      'instead, time training steps on every provider, and with different numbers of threads and sizes of chunks, for about a minute, and keep the best for later commands',
      toggle,
      false,
    ),
  }),
  ...jsonSettings,
};

export type DoctorResult = { readonly healthy: boolean; readonly checks: readonly Check[] };

export function addDoctorCommand(program: Command, context: Context): void {
  const command: Command = program.command('doctor').summary('see whether this computer is ready');
  command.description(
    'Check Node, ONNX Runtime and what it can compute on, the media decoders, caches and disk. The exit code is 1 if something essential is broken.',
  );
  addSettings(command, doctorSettings);
  command.addHelpText(
    'after',
    examples(
      ['duet doctor', 'what works, what does not, and how to fix it'],
      ['duet doctor --json', 'the same as JSON, for a bug report'],
      ['duet doctor --tune', 'what is fastest here; flags such as --threads still win over it'],
    ),
  );
  command.action(() => {
    const settings = valuesOf(command, doctorSettings);
    return settings.tune ? runTune(settings, context) : runDoctor(settings, context);
  });
}

async function runTune({ json }: ValuesOf<typeof doctorSettings>, context: Context): Promise<void> {
  const [{ tune }, { availableParallelism }] = await Promise.all([import('../run/tune-node.ts'), import('node:os')]);
  const progress = context.progress(false);
  const phase = progress.begin('tune');
  try {
    const { tryProviders } = await import('./choose-provider.ts');
    const choice = await tryProviders(context.signal);
    const tuning = await tune({
      cores: availableParallelism(),
      signal: context.signal,
      onProgress: (done) => phase.update(done),
    });
    phase.finish();
    progress.end();
    const { threads, activationBytes } = tuning.best;
    const path = await writeTunedSettings(
      { threads, activationBytes, provider: choice?.provider },
      context.environment,
    );
    const providers = choice && { chosen: choice.provider, why: choice.text };
    writeResult(context, json, { ...tuning, providers, path }, () => tuneText(tuning, path, choice));
  } finally {
    progress.end();
  }
}

/** What was tried, the best of it, and where that is kept. */
export function tuneText({ best, trials, eightBits }: Tuning, path: string, choice?: ProviderChoice): string {
  const isBest = (trial: Trial) => trial.threads === best.threads && trial.activationBytes === best.activationBytes;
  const rows = trials.map((trial) => [
    `  ${tunedText(trial)}`,
    `${trial.milliseconds.toFixed(0)} ms`,
    String(trial.runs),
    isBest(trial) ? 'best' : '',
  ]);
  const table = textTable(['  setting', 'a training step', 'runs', ''], rows);
  const provider = choice ? `\nComputing on ${choice.name}: ${choice.text}.` : '';
  return `${table}${provider}\n${eightBitsText(eightBits)}\nKept${choice ? `: ${choice.name}, ` : ': '}${tunedText(best)}, in ${path}; remove the file for Duet's own choice.\n`;
}

/** Eight bits cost some accuracy: a gain of a few parts in a hundred is not worth them. */
const leastGain = 0.1;

/** @param share of float32's time. */
function eightBitsText(share: number): string {
  const measured = `In 8 bits a training step takes ${share.toFixed(2)} of float32's time here`;
  return share <= 1 - leastGain ? `${measured}: --precision int8 pays.` : `${measured}: --precision int8 does not pay.`;
}

async function runDoctor(settings: Pick<ValuesOf<typeof jsonSettings>, 'json'>, context: Context): Promise<void> {
  const { runChecks } = await import('./doctor-checks.ts');
  const checks = await runChecks(context.environment);
  const healthy = checks.every((check) => check.state !== 'broken');
  writeResult(context, settings.json, { healthy, checks }, doctorText);
  if (!healthy) context.setExitCode(exitCodes.failure);
}

const marks = { ok: '✓', note: '–', broken: '✗' } as const;

/** One line per check, and under it how to fix what does not work. */
export function doctorText(result: DoctorResult): string {
  const width = Math.max(...result.checks.map((check) => check.name.length));
  const lines = result.checks.flatMap((check) => [
    `${marks[check.state]} ${check.name.padEnd(width)}  ${check.found}`,
    ...(check.fix === undefined ? [] : [`  ${' '.repeat(width)}  → ${check.fix}`]),
  ]);
  const verdict = result.healthy ? 'Ready.' : 'Not ready: fix what is marked ✗.';
  return `${lines.join('\n')}\n\n${verdict}\n`;
}
