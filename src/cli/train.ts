// duet train DATA --out RUN
import type { Command } from 'commander';
import { DuetError } from '../errors.ts';
import { examples } from './common-settings.ts';
import { applyConfigFile } from './config-file.ts';
import type { Context } from './context.ts';
import { addSettings, valuesOf } from './setting.ts';
import { type TrainSettings, trainSettings } from './train-settings.ts';

export function addTrainCommand(program: Command, context: Context): void {
  const command: Command = program
    .command('train')
    .summary('learn from a folder of videos')
    .argument('[data]', 'folder with one sub-folder per class, or a CSV or JSONL manifest');
  command.description(
    'Learn to recognise the classes of DATA. The backbone stays as it is; a small adapter is trained and written to the run folder. ' +
      'Learning and model options that are not given come from the recipe.',
  );
  command
    .optionsGroup('Input:')
    .option('--config <file>', 'JSON file of settings, named as the flags ("warmup-epochs": 2); flags win over it');
  addSettings(command, trainSettings);
  command.addHelpText(
    'after',
    examples(
      ['duet train videos --out runs/first', 'one sub-folder per class; the backbone that comes with Duet, the recipe’s settings'],
      [
        'duet train clips.csv --out runs/base --backbone timm/vit_base_patch16_224.augreg_in21k --batch 32',
        'a manifest, and a larger backbone from the hub',
      ],
      ['duet train videos --out runs/paper --recipe reference --lr 3e-4 --epochs 120 --seed 1', 'as the paper does it'],
      ['duet train videos --out runs/first --resume', 'go on after Ctrl-C, a crash or a full disk'],
    ),
  );
  command.action(async (argument: string | undefined, options: { config?: string }) => {
    const configured = options.config === undefined ? undefined : await applyConfigFile(command, options.config, trainSettings);
    const data = argument ?? configured;
    if (data === undefined) command.error("error: missing required argument 'data'", { code: 'commander.missingArgument' });
    const settings = valuesOf(command, trainSettings);
    if (settings.out === undefined)
      command.error("error: required option '-o, --out <run>' not specified", { code: 'commander.missingMandatoryOptionValue' });
    if (settings.resume && settings.force)
      command.error("error: option '--resume' cannot be used with option '--force'", { code: 'commander.conflictingOption' });
    await runTrain(data, { ...settings, out: settings.out }, context);
  });
}

async function runTrain(_data: string, _settings: TrainSettings & { readonly out: string }, _context: Context): Promise<void> {
  throw new DuetError('Training is not available yet.');
}
