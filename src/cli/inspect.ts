// duet inspect RUN|BACKBONE|MEDIA
import type { Command } from 'commander';
import { examples, jsonSettings } from './common-settings.ts';
import { type Context, writeResult } from './context.ts';
import { choice } from './field.ts';
import { addSettings, grouped, settingWithDefault, valuesOf } from './setting.ts';

const inspectSettings = {
  ...grouped('Reading:', {
    frontEnd: settingWithDefault(
      '--front-end <name>',
      'for a media file: as which model reads it',
      choice(['vggsound', 'cremad', 'ave']),
      'vggsound',
    ),
  }),
  ...jsonSettings,
};

export function addInspectCommand(program: Command, context: Context): void {
  const command: Command = program.command('inspect').summary('see what is in a run, a backbone or a media file');
  command.argument(
    '<what>',
    'a run or adapter folder, a backbone (file, folder, hub name or vit-micro), or a media file',
  );
  command.description(
    'Print what is in it and how it would be read: tracks, rotation and windows; sizes, parameters and hash; configuration and best results.',
  );
  addSettings(command, inspectSettings);
  command.addHelpText(
    'after',
    examples(
      ['duet inspect clip.mp4', 'its tracks, and which frames and sounds a model would get'],
      ['duet inspect timm/vit_tiny_patch16_224', 'width, depth, input size, parameters'],
      ['duet inspect runs/first --json', 'configuration and best results as JSON'],
    ),
  );
  command.action(async (what: string) => {
    const settings = valuesOf(command, inspectSettings);
    const [{ inspect }, { inspectionText }] = await Promise.all([
      import('./inspect-targets.ts'),
      import('./inspect-text.ts'),
    ]);
    const found = await inspect(what, settings.frontEnd, context.signal);
    const text = settings.json ? '' : await inspectionText(found);
    writeResult(context, settings.json, found, () => text);
  });
}
