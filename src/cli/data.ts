// duet data: what can be done with data before a run.
import type { Command } from 'commander';
import { examples } from './common-settings.ts';
import type { Context } from './context.ts';
import { addDataCheckCommand } from './data-check.ts';
import { addDataTamperCommand } from './data-tamper.ts';

export function addDataCommand(program: Command, context: Context): void {
  const command: Command = program
    .command('data')
    .summary('look over a data set before a long run; make fakes of real videos');
  command.description('Look over a data set before a long run, or make fakes of real videos.');
  command.addHelpText(
    'after',
    examples(
      ['duet data check videos', 'what is missing, broken, silent or there twice'],
      ['duet data tamper videos --out tampered', 'real videos, and fakes made of them, with a list of what was done'],
      ['duet data check --help', 'all options'],
    ),
  );
  addDataCheckCommand(command, context);
  addDataTamperCommand(command, context);
}
