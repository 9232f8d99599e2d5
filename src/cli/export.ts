// duet export RUN --onnx FILE
import type { Command } from 'commander';
import { DuetError } from '../errors.ts';
import { backboneSettings, examples, outputSettings } from './common-settings.ts';
import type { Context } from './context.ts';
import { path, toggle } from './field.ts';
import { addSettings, grouped, setting, settingWithDefault, type ValuesOf, valuesOf } from './setting.ts';

const exportSettings = {
  ...backboneSettings,
  ...grouped('Output:', {
    onnx: setting('--onnx <file>', 'the file to write', path),
    force: settingWithDefault('--force', 'replace a file that is already there', toggle, false),
  }),
  ...outputSettings,
};

export type ExportSettings = ValuesOf<typeof exportSettings>;

export function addExportCommand(program: Command, context: Context): void {
  const command: Command = program
    .command('export')
    .summary('write one ONNX file that predicts by itself')
    .argument('<run>', 'folder that duet train wrote, or an adapter folder');
  command.description(
    'Write backbone, adapter and sound front end as one ONNX file: pixels and waveform in; class probabilities, background probability and both attention maps out.',
  );
  addSettings(command, exportSettings);
  command.addHelpText(
    'after',
    examples(
      ['duet export runs/first --onnx first.onnx', 'a model file for any program that has ONNX Runtime'],
      [
        'duet export runs/first --onnx first.onnx --force --json',
        'replace it, and print names and shapes of its inputs and outputs as JSON',
      ],
    ),
  );
  command.action(async (run: string) => {
    const settings = valuesOf(command, exportSettings);
    if (settings.onnx === undefined)
      command.error("error: required option '--onnx <file>' not specified", { code: 'commander.missingMandatoryOptionValue' });
    await runExport(run, { ...settings, onnx: settings.onnx }, context);
  });
}

async function runExport(_run: string, _settings: ExportSettings & { readonly onnx: string }, _context: Context): Promise<void> {
  throw new DuetError('Exporting is not available yet.');
}
