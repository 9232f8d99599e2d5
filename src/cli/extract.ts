// duet extract RUN FILE
import type { Command } from 'commander';
import { DuetError } from '../errors.ts';
import { kindOfPath } from '../files/read-clearly-node.ts';
import type { Box } from '../signal/box.ts';
import { backboneSettings, examples, machineSettings, outputSettings, stretchSettings } from './common-settings.ts';
import { type Context, writeResult } from './context.ts';
import { type Field, path, toggle } from './field.ts';
import { knownOf, sessionOptions } from './session-options.ts';
import { addSettings, grouped, setting, settingWithDefault, type ValuesOf, valuesOf } from './setting.ts';

const box: Field<Box> = {
  expected: 'left,top,width,height in whole pixels, such as 40,20,96,96',
  accept(value) {
    if (!Array.isArray(value) || value.length !== 4 || !value.every((part) => Number.isSafeInteger(part) && part >= 0))
      return undefined;
    const [x, y, width, height] = value as [number, number, number, number];
    return width > 0 && height > 0 ? { x, y, width, height } : undefined;
  },
  fromText: (text) => text.split(',').map((part) => (/^\d+$/.test(part.trim()) ? Number(part) : part)),
};

const extractSettings = {
  ...grouped('Input:', {
    targetBox: setting(
      '--target-box <box>',
      'the part of the picture that shows the target, left,top,width,height (default: all of it)',
      box,
    ),
    otherBox: setting('--other-box <box>', 'the part that shows what else is in view, for runs that ask for it', box),
  }),
  ...stretchSettings,
  ...backboneSettings,
  ...grouped('Output:', {
    out: setting('--out <file>', 'write the sound of what is in view (WAV, 32-bit floats)', path),
    rest: setting('--rest <file>', 'write everything else; both add up to the original', path),
    mux: setting('--mux <file>', 'write the sound of what is in view beside the picture (mp4, mov, mkv, webm)', path),
    force: settingWithDefault('--force', 'replace files that are already there', toggle, false),
  }),
  ...outputSettings,
  ...machineSettings,
};

type ExtractSettings = ValuesOf<typeof extractSettings>;

export function addExtractCommand(program: Command, context: Context): void {
  const command: Command = program
    .command('extract')
    .summary('give the sound of what is in view, and the rest')
    .argument('<run>', 'folder that duet train wrote by the recipe extract, or an adapter folder')
    .argument('<file>', 'a video');
  command.description(
    'Separate the sound of what a video shows from everything else that is heard. Sample rate and channels stay as they are; the two stems add up to the original.',
  );
  addSettings(command, extractSettings);
  command.addHelpText(
    'after',
    examples(
      ['duet extract runs/voices talk.mp4 --out voice.wav --rest rest.wav', 'two stems'],
      [
        'duet extract runs/voices talk.mp4 --target-box 40,20,96,96 --mux voice.mp4',
        'of what is in a box, beside the picture',
      ],
    ),
  );
  command.action((run: string, file: string) => runExtract(run, file, valuesOf(command, extractSettings), context));
}

type ExtractResult = {
  readonly file: string;
  readonly seconds: number;
  readonly sampleRate: number;
  readonly channels: number;
  readonly written: readonly string[];
};

async function runExtract(run: string, file: string, settings: ExtractSettings, context: Context): Promise<void> {
  const { out, rest, mux, start, end, hop, force, targetBox, otherBox } = settings;
  const written = [out, rest, mux].filter((path) => path !== undefined);
  if (written.length === 0) throw new DuetError('There is nothing to write; name a file by --out, --rest or --mux.');
  for (const path of written)
    if (!force && (await kindOfPath(path)) !== undefined)
      throw new DuetError(`${path} is there already; choose another name, or replace it by --force.`);
  const boxes = [targetBox, otherBox].filter((one) => one !== undefined);
  if (otherBox && !targetBox) throw new DuetError('--other-box needs --target-box beside it; give both.');
  const progress = context.progress(settings.quiet);
  try {
    const [{ extractSound }, { openAdapter }] = await Promise.all([
      import('../run/extract-node.ts'),
      import('../run/open-adapter-node.ts'),
    ]);
    const session = sessionOptions(settings, await knownOf(settings, context, progress, 'starts at once'));
    const { signal } = context;
    const adapter = await openAdapter(run, { backbone: settings.backbone, signal });
    const phase = progress.begin('extract', undefined, { unit: 's' });
    const extracted = await extractSound({
      ...{ adapter, out, rest, mux, hop, boxes, session, signal },
      clip: { kind: 'video', path: file, ...(start !== undefined && { start }), ...(end !== undefined && { end }) },
      onProgress: (done, total) => phase.update(Math.round(done), `of ${total.toFixed(0)} s`),
    });
    phase.finish();
    progress.end();
    writeResult(context, settings.json, { file, ...extracted, written }, extractText);
  } finally {
    progress.end();
  }
}

function extractText({ seconds, sampleRate, channels, written }: ExtractResult): string {
  return `${seconds.toFixed(1)} s at ${sampleRate} Hz, ${channels} ${channels === 1 ? 'channel' : 'channels'}: ${written.join(', ')}`;
}
