// duet data: what can be done with data before a run.
import type { Command } from 'commander';
import { examples } from './common-settings.ts';
import type { Context } from './context.ts';
import { addDataCheckCommand } from './data-check.ts';

export function addDataCommand(program: Command, context: Context): void {
  const command: Command = program.command('data').summary('look over a data set before a long run');
  command.description('Look over a data set before a long run.');
  command.addHelpText(
    'after',
    examples(
      ['duet data check videos', 'what is missing, broken, silent or there twice'],
      ['duet data check --help', 'all options'],
    ),
  );
  addDataCheckCommand(command, context);
}
