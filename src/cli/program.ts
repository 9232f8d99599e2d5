// The command line as a whole: every command, in the order in which one meets them.
import { Command, type Option } from 'commander';
import type { Context } from './context.ts';
import { addDataCommand } from './data.ts';
import { addDemoCommand } from './demo.ts';
import { addDoctorCommand } from './doctor.ts';
import { addEvaluateCommand } from './evaluate.ts';
import { addExperimentCommand } from './experiment.ts';
import { addExportCommand } from './export.ts';
import { addExtractCommand } from './extract.ts';
import { addIndexCommand } from './index-videos.ts';
import { addInspectCommand } from './inspect.ts';
import { addLocaliseCommand } from './localise.ts';
import { packageVersion } from './package-version.ts';
import { addPredictCommand } from './predict.ts';
import { addSearchCommand } from './search.ts';
import { addServeCommand } from './serve.ts';
import { addStudioCommand } from './studio.ts';
import { addTrainCommand } from './train.ts';
import { addVerifyCommand } from './verify.ts';
import { addWorkerCommand } from './worker.ts';

/** `duet` with all its commands. It throws commander's errors instead of ending the process. */
export function createProgram(context: Context): Command {
  const program = new Command('duet')
    .description('Recognise what happens in a video from its picture and its sound together.')
    .version(packageVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .configureHelp({ helpWidth: 100, optionDescription })
    .configureOutput({
      writeOut: context.writeOut,
      writeErr: context.writeError,
      outputError: (text, write) => write(text.replace(/^error: /, 'duet: ')),
    })
    .showHelpAfterError('(add --help for the options)')
    .exitOverride();
  program.addHelpText(
    'after',
    '\nExamples:\n  $ duet demo\n  $ duet train videos --out runs/first\n  $ duet predict runs/first clip.mp4\n\nExit codes: 0 done, 1 failed, 2 wrong usage, 130 interrupted.\n',
  );
  program.commandsGroup('Start here:');
  addDemoCommand(program, context);
  addStudioCommand(program, context);
  addDoctorCommand(program, context);
  program.commandsGroup('Learn and use:');
  addTrainCommand(program, context);
  addEvaluateCommand(program, context);
  addExperimentCommand(program, context);
  addPredictCommand(program, context);
  addIndexCommand(program, context);
  addSearchCommand(program, context);
  addLocaliseCommand(program, context);
  addExtractCommand(program, context);
  addExportCommand(program, context);
  program.commandsGroup('Put into production:');
  addServeCommand(program, context);
  addWorkerCommand(program, context);
  program.commandsGroup('Look inside:');
  addDataCommand(program, context);
  addInspectCommand(program, context);
  addVerifyCommand(program, context);
  program.helpCommand('help [command]', 'print the help of a command');
  return program;
}

function optionDescription(option: Option): string {
  const choices =
    option.argChoices === undefined ? '' : ` [${option.argChoices.join(option.argChoices.length > 6 ? ' | ' : '|')}]`;
  const fallback = option.defaultValue === undefined || option.negate ? '' : ` (default: ${option.defaultValue})`;
  return option.description + choices + fallback;
}
