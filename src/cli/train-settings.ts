// Everything `duet train` can be set to. The same names are the keys of a configuration file. What a training is set to
// comes from the systems' schemas; here is only what the command itself needs to know: data, run folder, machine.
import type { Command } from 'commander';
import { allSystems, recipeNames } from '../systems/registry.ts';
import { joinedFields } from '../train/joined-fields.ts';
import { settingFields } from '../train/setting-fields.ts';
import { layoutSettings, loadingSettings, machineSettings, outputSettings } from './common-settings.ts';
import { choice, path, paths, size, text, toggle, wholeNumber } from './field.ts';
import {
  givenOf,
  grouped,
  type Settings,
  setting,
  settingOfField,
  settingWithDefault,
  type ValuesOf,
  valuesOf,
} from './setting.ts';

// Without a default here, the recipe decides, or the run that is resumed.
const inputAndOutput = {
  ...grouped('Input:', {
    backbone: setting(
      '--backbone <model>',
      'a .safetensors file, a folder, or a hub name such as timm/vit_base_patch16_224.augreg_in21k (default: vit-micro, which comes with Duet)',
      text,
    ),
    startFrom: setting(
      '--start-from <file>',
      'safetensors file of published weights that the training begins with, for recipes that read such; may be given again',
      paths,
    ),
    splitFile: setting(
      '--split-file <file>',
      'JSON file that says which clip is in which split (default: the data’s own, else drawn and written to the run)',
      path,
    ),
    ...layoutSettings,
    imageSize: setting(
      '--image-size <size>',
      'picture size, such as 224 or 224x160 (default: the backbone’s own)',
      size,
    ),
  }),
  ...grouped('Output:', {
    out: setting('-o, --out <run>', 'folder for the run: adapter, checkpoints, log, configuration', path),
    resume: settingWithDefault(
      '--resume',
      'go on with the run in that folder, exactly where it stopped',
      toggle,
      false,
    ),
    force: settingWithDefault('--force', 'replace a run that is already there', toggle, false),
  }),
  ...outputSettings,
};

const base = grouped('Learning:', {
  recipe: setting(
    '--recipe <name>',
    'duet learns better and is the default; reference follows the MA-AVT paper and code; events says when things happen; authentic asks whether picture and sound belong together; extract separates sounds by the picture; search lets words, sounds and pictures find moments; the others are baselines',
    choice(await recipeNames()),
  ),
});

const memory = grouped('Machine:', {
  clipsAtOnce: setting(
    '--clips-at-once <number>',
    'clips of a batch in memory together: fewer need less memory and a third more time (default: what half of the memory holds)',
    wholeNumber({ least: 1, most: 65536 }),
  ),
});

/** What a training of any system can be set to, in the order of the help. */
export const flagFields = joinedFields((await allSystems()).map((system) => settingFields(system.settings))).filter(
  ({ flag }) => flag !== undefined,
);

const machine = { ...loadingSettings, ...memory, ...machineSettings };

const runSettings = { ...inputAndOutput, ...base, ...machine };

const trainingFlags = Object.fromEntries(flagFields.map((field) => [field.name, settingOfField(field)]));

export const trainSettings: Settings = {
  ...inputAndOutput,
  ...base,
  ...trainingFlags,
  ...machine,
};

/** What the user said; undefined is for the recipe, the backbone or the machine to decide. */
export type TrainSettings = ValuesOf<typeof runSettings> & {
  /** Settings of the training by name; without those that the recipe decides. */
  readonly training: Readonly<Record<string, unknown>>;
};

export function trainSettingsOf(command: Command): TrainSettings {
  return {
    ...valuesOf(command, runSettings),
    training: givenOf(command, Object.keys(trainingFlags)),
  };
}
