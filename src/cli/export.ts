// duet export RUN --onnx FILE
import type { Command } from 'commander';
import { DuetError } from '../errors.ts';
import { kindOfPath } from '../files/read-clearly-node.ts';
import { writeFileAtomic } from '../files/write-atomic-node.ts';
import { factLines } from '../report/text-table.ts';
import { backboneSettings, examples, outputSettings } from './common-settings.ts';
import { type Context, writeResult } from './context.ts';
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
    'Write backbone, adapter and sound front end as one ONNX file: pixels and waveform in; class probabilities, background probability and both attention maps out. ' +
      'Of a run that finds events: a chunk’s pixels and spectrograms in; scores and segments in seconds out.',
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
      command.error("error: required option '--onnx <file>' not specified", {
        code: 'commander.missingMandatoryOptionValue',
      });
    await runExport(run, settings.onnx, settings, context);
  });
}

/** The written file. Shapes are of one window of one clip. */
export type ExportResult = {
  readonly file: string;
  readonly bytes: number;
  readonly inputs: readonly NamedShape[];
  readonly outputs: readonly NamedShape[];
};

type NamedShape = { readonly name: string; readonly type: string; readonly shape: readonly number[] };

async function runExport(run: string, onnx: string, settings: ExportSettings, context: Context): Promise<void> {
  const { openAdapter } = await import('../run/open-adapter-node.ts');
  if (!settings.force && (await kindOfPath(onnx)) !== undefined) {
    throw new DuetError(`${onnx} is there already; choose another name, or replace it by --force.`);
  }
  const { system, open, tensors } = await openAdapter(run, { backbone: settings.backbone, signal: context.signal });
  if (!open.exported)
    throw new DuetError(`${run} is a run of ${system.name}, which cannot be exported as one ONNX file.`);
  const graph = await open.exported(tensors);
  await writeFileAtomic(onnx, graph.bytes);
  const shapes = (tensors: typeof graph.inputs) =>
    [...tensors].map(([name, tensor]) => ({ name, type: tensor.elementType, shape: tensor.shape }));
  const result = {
    file: onnx,
    bytes: graph.bytes.length,
    inputs: shapes(graph.inputs),
    outputs: shapes(graph.outputs),
  };
  writeResult(context, settings.json, result, exportText);
}

/** The file's size, inputs and outputs as people read them. */
export function exportText({ file, bytes, inputs, outputs }: ExportResult): string {
  const rows = (kind: string, tensors: readonly NamedShape[]) =>
    tensors.map(({ name, type, shape }): [string, string] => [`${kind} ${name}`, `${type} [${shape.join(', ')}]`]);
  return `${file}: ${(bytes / 1e6).toFixed(1)} MB\n${factLines([...rows('in ', inputs), ...rows('out', outputs)])}`;
}
