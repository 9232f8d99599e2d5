// Everything `duet train` can be told. The same names are the keys of a configuration file.
import { baselineNames } from '../systems/ma-avt/training-config.ts';
import { layoutSettings, loadingSettings, machineSettings, outputSettings } from './common-settings.ts';
import { choice, decimal, fraction, path, size, text, toggle, wholeNumber } from './field.ts';
import { grouped, setting, settingWithDefault, type ValuesOf } from './setting.ts';

// Without a default here, the recipe decides, or the run that is resumed.
const inputAndOutput = {
  ...grouped('Input:', {
    backbone: setting(
      '--backbone <model>',
      'a .safetensors file, a folder, or a hub name such as timm/vit_base_patch16_224.augreg_in21k (default: vit-micro, which comes with Duet)',
      text,
    ),
    splitFile: setting(
      '--split-file <file>',
      'JSON file that says which clip is in which split (default: the data’s own, else drawn and written to the run)',
      path,
    ),
    ...layoutSettings,
    frontEnd: setting('--front-end <name>', 'how sound becomes a spectrogram', choice(['vggsound', 'cremad', 'ave'])),
    normalisation: setting(
      '--normalisation <whose>',
      'mean and deviation of pictures: the backbone’s own, or ImageNet’s',
      choice(['backbone', 'imagenet']),
    ),
    imageSize: setting(
      '--image-size <size>',
      'picture size, such as 224 or 224x160 (default: the backbone’s own)',
      size,
    ),
    augment: setting(
      '--augment <how>',
      'vary training clips: crop, flip, shifted sound window',
      choice(['none', 'standard']),
    ),
    missing: setting(
      '--missing <what>',
      'a file without picture or without sound: refuse it, or put zeros',
      choice(['error', 'zero']),
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

const learning = grouped('Learning:', {
  recipe: setting(
    '--recipe <name>',
    'duet learns better and is the default; reference follows the MA-AVT paper and code; the others are baselines',
    choice(['duet', 'reference', ...baselineNames]),
  ),
  epochs: setting('--epochs <number>', 'passes over the training clips', wholeNumber({ least: 1 })),
  batch: setting('--batch <clips>', 'clips per step', wholeNumber({ least: 1, most: 65536 })),
  learningRate: setting(
    '--lr, --learning-rate <rate>',
    'learning rate at its highest',
    decimal({ above: 0, most: 10 }),
  ),
  optimizer: setting('--optimizer <name>', 'how gradients become steps', choice(['adam', 'adamw'])),
  weightDecay: setting('--weight-decay <rate>', 'pull towards zero', decimal({ least: 0, most: 10 })),
  schedule: setting('--schedule <name>', 'course of the learning rate', choice(['constant', 'step', 'cosine'])),
  warmupEpochs: setting('--warmup-epochs <number>', 'epochs in which the rate rises from zero', decimal({ least: 0 })),
  stepEpochs: setting(
    '--step-epochs <number>',
    'with --schedule step: epochs between falls',
    wholeNumber({ least: 1 }),
  ),
  clipNorm: setting('--clip-norm <norm>', 'shorten gradients longer than this; 0 leaves them', decimal({ least: 0 })),
  modulation: setting(
    '--modulation <how>',
    'ogm-ge: shorten the gradients of the modality that is ahead, and add noise',
    choice(['none', 'ogm-ge']),
  ),
  patience: setting(
    '--patience <epochs>',
    'stop after this many epochs without a better validation result',
    wholeNumber({ least: 1 }),
  ),
  headDropout: setting(
    '--head-dropout <share>',
    'of the features that the class heads do not see in a step',
    decimal({ least: 0, most: 0.99 }),
  ),
  headStart: settingWithDefault('--no-head-start', 'do not train the heads alone before the first epoch', toggle, true),
  labelSmoothing: setting(
    '--label-smoothing <share>',
    'of the target that is spread over all classes',
    decimal({ least: 0, most: 0.99 }),
  ),
  seed: setting(
    '--seed <number>',
    'same seed, same machine: same numbers',
    wholeNumber({ least: 0, most: 2 ** 32 - 1 }),
  ),
});

const model = grouped('Model:', {
  modalities: setting('--modalities <which>', 'what the model takes', choice(['both', 'visual', 'audio'])),
  adaptation: setting(
    '--adaptation <how>',
    'what is trained of the backbone’s blocks: low-rank updates of the attention, a bottleneck after each, or all of it',
    choice(['none', 'lora', 'bottleneck', 'full']),
  ),
  rank: setting('--rank <number>', 'of LoRA’s updates', wholeNumber({ least: 1, most: 4096 })),
  bottleneckWidth: setting('--bottleneck-width <number>', 'of the bottlenecks', wholeNumber({ least: 1, most: 4096 })),
  classToken: setting(
    '--class-token <what>',
    'train the class token, or leave it as it is',
    choice(['trained', 'frozen']),
  ),
  audioTokens: setting(
    '--audio-tokens <number>',
    'trainable tokens of the sound alone',
    wholeNumber({ least: 0, most: 1024 }),
  ),
  visualTokens: setting(
    '--visual-tokens <number>',
    'trainable tokens of the picture alone',
    wholeNumber({ least: 0, most: 1024 }),
  ),
  sharedTokens: setting(
    '--shared-tokens <number>',
    'trainable tokens common to both',
    wholeNumber({ least: 0, most: 1024 }),
  ),
  heads: setting(
    '--heads <kind>',
    'paper: one linear layer each; agreement: one for each modality',
    choice(['paper', 'agreement']),
  ),
  soundBands: setting(
    '--sound-bands <number>',
    'bands of frequency that agreement heads hear half-way through the blocks; 0: none',
    wholeNumber({ least: 0, most: 64 }),
  ),
  spectrogramScale: setting(
    '--spectrogram-scale <factor>',
    'on spectrograms before the backbone',
    decimal({ above: 0, most: 100 }),
  ),
  tokenDeviation: setting(
    '--token-deviation <value>',
    'standard deviation of the tokens at the start',
    decimal({ above: 0, most: 100 }),
  ),
  lightSelfAttention: settingWithDefault(
    '--no-light-self-attention',
    'do not let the tokens of a set attend to each other',
    toggle,
    true,
  ),
  layerwise: setting(
    '--layerwise <how>',
    'put the tokens in once, or afresh before every block',
    choice(['none', 'common']),
  ),
  positions: setting(
    '--positions <how>',
    'stretched: as the reference does; exact: every patch keeps its own',
    choice(['stretched', 'exact']),
  ),
  contrastive: setting(
    '--contrastive <where>',
    'where picture and sound of one clip are drawn together',
    choice(['blockwise-separate', 'blockwise-common', 'final', 'none']),
  ),
  temperature: setting('--temperature <value>', 'of the contrastive loss', decimal({ above: 0, most: 100 })),
  background: settingWithDefault('--no-background', 'do not learn to tell unrelated picture and sound', toggle, true),
  backgroundProbability: setting(
    '--background-probability <share>',
    'of training clips that get another class’s sound',
    fraction,
  ),
  foregroundWeight: setting('--foreground-weight <weight>', 'of the class loss', decimal({ least: 0 })),
  backgroundWeight: setting('--background-weight <weight>', 'of the background loss', decimal({ least: 0 })),
  contrastiveWeight: setting('--contrastive-weight <weight>', 'of the contrastive loss', decimal({ least: 0 })),
  ownWeight: setting(
    '--own-weight <weight>',
    'of each modality’s own class loss, with agreement heads',
    decimal({ least: 0 }),
  ),
});

const memory = grouped('Machine:', {
  clipsAtOnce: setting(
    '--clips-at-once <number>',
    'clips of a batch in memory together: fewer need less memory and a third more time (default: what half of the memory holds)',
    wholeNumber({ least: 1, most: 65536 }),
  ),
});

export const trainSettings = {
  ...inputAndOutput,
  ...learning,
  ...model,
  ...loadingSettings,
  ...memory,
  ...machineSettings,
};

/** What the user said; undefined is for the recipe, the backbone or the machine to decide. */
export type TrainSettings = ValuesOf<typeof trainSettings>;
