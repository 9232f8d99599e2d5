// The command line as a whole: every command, in the order in which one meets them.
import { Command, type Option } from 'commander';
import type { Context } from './context.ts';
import { packageVersion } from './package-version.ts';

type AddCommand = (program: Command, context: Context) => void;

/**
 * What adds each command by its name, under the heading of the help: loaded where that command or the help is wanted.
 */
const commands: Readonly<Record<string, Readonly<Record<string, () => Promise<AddCommand>>>>> = {
  'Start here:': {
    demo: async () => (await import('./demo.ts')).addDemoCommand,
    studio: async () => (await import('./studio.ts')).addStudioCommand,
    doctor: async () => (await import('./doctor.ts')).addDoctorCommand,
  },
  'Learn and use:': {
    train: async () => (await import('./train.ts')).addTrainCommand,
    evaluate: async () => (await import('./evaluate.ts')).addEvaluateCommand,
    experiment: async () => (await import('./experiment.ts')).addExperimentCommand,
    predict: async () => (await import('./predict.ts')).addPredictCommand,
    index: async () => (await import('./index-videos.ts')).addIndexCommand,
    search: async () => (await import('./search.ts')).addSearchCommand,
    localise: async () => (await import('./localise.ts')).addLocaliseCommand,
    extract: async () => (await import('./extract.ts')).addExtractCommand,
    export: async () => (await import('./export.ts')).addExportCommand,
  },
  'Put into production:': {
    serve: async () => (await import('./serve.ts')).addServeCommand,
    worker: async () => (await import('./worker.ts')).addWorkerCommand,
  },
  'Look inside:': {
    data: async () => (await import('./data.ts')).addDataCommand,
    inspect: async () => (await import('./inspect.ts')).addInspectCommand,
    verify: async () => (await import('./verify.ts')).addVerifyCommand,
  },
};

/**
 * `duet` for one call. It throws commander's errors instead of ending the process.
 * @param wanted the first argument: where that is a command, it is the only one that there is; else all are.
 */
export async function createProgram(context: Context, wanted?: string): Promise<Command> {
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
  const isKnown = Object.values(commands).some((group) => wanted !== undefined && Object.hasOwn(group, wanted));
  for (const [heading, group] of Object.entries(commands)) {
    program.commandsGroup(heading);
    for (const [name, load] of Object.entries(group)) if (!isKnown || name === wanted) (await load())(program, context);
  }
  program.helpCommand('help [command]', 'print the help of a command');
  return program;
}

function optionDescription(option: Option): string {
  const choices =
    option.argChoices === undefined ? '' : ` [${option.argChoices.join(option.argChoices.length > 6 ? ' | ' : '|')}]`;
  const fallback = option.defaultValue === undefined || option.negate ? '' : ` (default: ${option.defaultValue})`;
  return option.description + choices + fallback;
}
