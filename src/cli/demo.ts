// duet demo
import type { Command } from 'commander';
import { DuetError } from '../errors.ts';
import { examples, machineSettings, outputSettings } from './common-settings.ts';
import type { Context } from './context.ts';
import { path, toggle, wholeNumber } from './field.ts';
import { addSettings, grouped, setting, settingWithDefault, type ValuesOf, valuesOf } from './setting.ts';

const demoSettings = {
  ...grouped('Output:', {
    out: settingWithDefault('-o, --out <folder>', 'where clips, run and report go', path, 'demo-run'),
    force: settingWithDefault('--force', 'begin afresh even if the folder holds a finished demo', toggle, false),
  }),
  ...outputSettings,
  ...grouped('Learning:', {
    seed: settingWithDefault('--seed <number>', 'same seed, same clips and numbers', wholeNumber({ least: 0, most: 2 ** 32 - 1 }), 0),
    epochs: setting('--epochs <number>', 'passes over the training clips', wholeNumber({ least: 1 })),
    clips: setting('--clips <number>', 'generated clips per class', wholeNumber({ least: 4, most: 1000 })),
  }),
  ...machineSettings,
};

export type DemoSettings = ValuesOf<typeof demoSettings>;

export function addDemoCommand(program: Command, context: Context): void {
  const command: Command = program.command('demo').summary('see everything at work on generated videos');
  command.description(
    'Generate short videos of things that sound, learn to recognise them, test on unseen ones, and write a report page with curves, ' +
      'a confusion matrix and attention maps. Needs no network and no other file; a few minutes on two cores.',
  );
  addSettings(command, demoSettings);
  command.addHelpText(
    'after',
    examples(
      ['duet demo', 'then open demo-run/report.html'],
      ['duet demo --out /tmp/duet-demo --seed 7 --epochs 10', 'other clips, and a quicker look'],
    ),
  );
  command.action(() => runDemo(valuesOf(command, demoSettings), context));
}

async function runDemo(_settings: DemoSettings, _context: Context): Promise<void> {
  throw new DuetError('The demo is not available yet.');
}
