// duet data tamper VIDEOS
import type { Command } from 'commander';
import { type TamperingKind, tamperingKinds } from '../data/tampering.ts';
import { factLines } from '../report/text-table.ts';
import type { Tampered } from '../run/tamper-node.ts';
import { examples, layoutSettings, outputSettings } from './common-settings.ts';
import { type Context, writeResult } from './context.ts';
import { type Field, path, toggle, wholeNumber } from './field.ts';
import type { Phase } from './progress.ts';
import { addSettings, grouped, setting, settingWithDefault, type ValuesOf, valuesOf } from './setting.ts';

const kinds: Field<readonly TamperingKind[]> = {
  expected: `kinds with commas between them, of ${tamperingKinds.join(', ')}`,
  accept: (value) =>
    Array.isArray(value) && value.length > 0 && value.every((one) => tamperingKinds.includes(one))
      ? tamperingKinds.filter((kind) => value.includes(kind))
      : undefined,
  fromText: (text) => text.split(',').map((part) => part.trim()),
};

const tamperSettings = {
  ...layoutSettings,
  ...grouped('Output:', {
    out: setting('-o, --out <folder>', 'folder for the clips; what an interrupted call left out is made', path),
    kinds: settingWithDefault('--kinds <names>', `what is done: ${tamperingKinds.join(', ')} (default: all)`, kinds, [
      ...tamperingKinds,
    ]),
    undivided: settingWithDefault('--undivided', 'no folders train, val and test; all clips together', toggle, false),
    longestSide: settingWithDefault(
      '--longest-side <pixels>',
      'larger pictures are made smaller',
      wholeNumber({ least: 64, most: 1920 }),
      480,
    ),
    seed: settingWithDefault('--seed <number>', 'names all that is drawn', wholeNumber({ least: 0 }), 0),
  }),
  ...outputSettings,
};

export function addDataTamperCommand(data: Command, context: Context): void {
  const command: Command = data.command('tamper').summary('make fakes of real videos, to learn from and to test with');
  command.argument('<videos>', 'folder of real videos, or with real/ in it');
  command.description(
    'Write every real video as it is, and once for each kind of tampering: sound of another person, shifted by 0.3 to 1 s or of another ' +
      'speed; picture frozen, replaced for a third of the time, reversed or of another speed. All pass the same encoder and last equally long. ' +
      'tampering.json says what was done when. duet train and duet evaluate read the folder as it is.',
  );
  addSettings(command, tamperSettings);
  command.addHelpText(
    'after',
    examples(
      ['duet data tamper videos --out tampered', 'nobody is in two of train, val and test'],
      ['duet data tamper videos --out shifted --kinds shifted-sound --undivided', 'one kind, to test a run with'],
    ),
  );
  command.action((videos: string) => runTamper(videos, valuesOf(command, tamperSettings), context));
}

async function runTamper(videos: string, settings: ValuesOf<typeof tamperSettings>, context: Context): Promise<void> {
  const [{ tamperVideos }, { DuetError }] = await Promise.all([
    import('../run/tamper-node.ts'),
    import('../errors.ts'),
  ]);
  const { out, layout, seed, longestSide, undivided } = settings;
  if (out === undefined) throw new DuetError('There is no folder for the clips; name one by --out.');
  const progress = context.progress(settings.quiet);
  try {
    const phases = new Map<string, Phase>();
    const tampered = await tamperVideos({
      ...{ videos, out, layout, seed, longestSide, kinds: settings.kinds, splits: !undivided, signal: context.signal },
      onProgress({ stage, done, total }) {
        const phase = phases.get(stage) ?? progress.begin(stage, total, { unit: 'clips' });
        phases.set(stage, phase);
        phase.update(done);
        if (done >= total) phase.finish();
      },
    });
    progress.end();
    writeResult(context, settings.json, tampered, () => tamperedText(tampered));
  } finally {
    progress.end();
  }
}

function tamperedText({ out, clips, kept, skipped }: Tampered): string {
  const fakes = clips.filter(({ tampering }) => tampering).length;
  const facts = factLines([
    ['real clips', String(clips.length - fakes)],
    ['fakes', String(fakes)],
    ['were there already', String(kept)],
    ['left out', String(skipped.length)],
    ['written to', out],
  ]);
  return [facts, ...skipped.map(({ id, reason }) => `${id}: ${reason}\n`)].join('');
}
