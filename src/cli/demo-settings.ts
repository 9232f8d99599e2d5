// What `duet demo` can be set to.
import { machineSettings, outputSettings } from './common-settings.ts';
import { path, toggle, wholeNumber } from './field.ts';
import { grouped, setting, settingWithDefault, type ValuesOf } from './setting.ts';

export const demoSettings = {
  ...grouped('Output:', {
    out: settingWithDefault('-o, --out <folder>', 'where clips, run and report go', path, 'demo-run'),
    force: settingWithDefault('--force', 'begin afresh even if the folder holds a finished demo', toggle, false),
  }),
  ...outputSettings,
  ...grouped('Learning:', {
    seed: settingWithDefault(
      '--seed <number>',
      'same seed, same clips and numbers',
      wholeNumber({ least: 0, most: 2 ** 32 - 1 }),
      0,
    ),
    epochs: setting('--epochs <number>', 'passes over the training clips', wholeNumber({ least: 1 })),
    clips: setting('--clips <number>', 'generated clips per class', wholeNumber({ least: 4, most: 1000 })),
  }),
  ...machineSettings,
};

export type DemoSettings = ValuesOf<typeof demoSettings>;
