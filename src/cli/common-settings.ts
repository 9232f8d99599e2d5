// Options that several commands share.
import { layoutNames } from '../data/dataset.ts';
import { precisions } from '../runtime/precision.ts';
import { choice, decimal, path, toggle, wholeNumber } from './field.ts';
import { grouped, setting, settingWithDefault } from './setting.ts';

export const providers = ['auto', 'cpu', 'webgpu', 'cuda', 'coreml', 'directml'] as const;

export const jsonSettings = grouped('Output:', {
  json: settingWithDefault(
    '--json',
    'print the result as one JSON document on stdout, and nothing else there',
    toggle,
    false,
  ),
});

export const outputSettings = grouped('Output:', {
  ...jsonSettings,
  quiet: settingWithDefault('-q, --quiet', 'no progress and no notes on stderr, only errors', toggle, false),
});

export const machineSettings = grouped('Machine:', {
  provider: settingWithDefault(
    '--provider <name>',
    'what computes; auto: what trained fastest when it was first tried here, and for predict the CPU',
    choice(providers),
    'auto',
  ),
  threads: setting(
    '--threads <number>',
    'threads inside one operation (default: one per core)',
    wholeNumber({ least: 1, most: 1024 }),
  ),
  precision: settingWithDefault(
    '--precision <name>',
    'in what the backbone’s products are computed; int8 is faster, on the CPU and for large backbones, and rounds',
    choice(precisions),
    'float32',
  ),
});

export const loadingSettings = grouped('Machine:', {
  workers: setting(
    '--workers <number>',
    'threads that decode ahead; 0 decodes in the main one (default: by cores)',
    wholeNumber({ least: 0, most: 256 }),
  ),
});

export const layoutSettings = grouped('Input:', {
  layout: setting(
    '--layout <name>',
    'how the data is laid out on disk (default: as its files show)',
    choice(layoutNames),
  ),
});

/** Which part of a video is looked at, and how densely. */
export const stretchSettings = grouped('Input:', {
  start: setting('--start <seconds>', 'begin here', decimal({ least: 0 })),
  end: setting('--end <seconds>', 'stop here', decimal({ above: 0 })),
  hop: setting(
    '--hop <seconds>',
    'from one window of a longer video to the next (default: half a window)',
    decimal({ above: 0 }),
  ),
});

export const missingSettings = grouped('Input:', {
  missing: settingWithDefault(
    '--missing <what>',
    'a file without picture or without sound: refuse it, or put zeros',
    choice(['error', 'zero']),
    'error',
  ),
});

export const backboneSettings = grouped('Input:', {
  backbone: setting('--backbone <model>', 'where the backbone lies now, if not where the run says', path),
});

/** Examples under a command's help. */
export function examples(...lines: readonly (readonly [command: string, meaning: string])[]): string {
  return `\nExamples:\n${lines.map(([command, meaning]) => `  $ ${command}\n      ${meaning}`).join('\n')}\n`;
}
