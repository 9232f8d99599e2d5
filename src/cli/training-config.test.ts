import { Command } from 'commander';
import { expect, test } from 'vitest';
import { recipes } from '../systems/ma-avt/recipes.ts';
import { trainingConfigSchema } from '../systems/ma-avt/training-config.ts';
import { addSettings, valuesOf } from './setting.ts';
import { trainSettings } from './train-settings.ts';
import { trainingConfig } from './training-config.ts';

function configure(base: typeof recipes.duet, ...argv: string[]) {
  const command = addSettings(new Command().exitOverride(), trainSettings);
  command.parse(argv, { from: 'user' });
  return trainingConfig(valuesOf(command, trainSettings), base);
}

test('who says nothing gets the recipe, whole', () => {
  for (const recipe of Object.values(recipes)) expect(configure(recipe)).toEqual(recipe);
});

test('what is said wins, and nothing else changes', () => {
  const argv = [
    '--lr',
    '3e-4',
    '--epochs',
    '120',
    '--batch',
    '64',
    '--seed',
    '3',
    '--shared-tokens',
    '2',
    '--contrastive-weight',
    '0.5',
    '--no-background',
  ];
  const { model } = recipes.reference;
  expect(configure(recipes.reference, ...argv)).toEqual({
    ...recipes.reference,
    learningRate: 3e-4,
    epochs: 120,
    batch: 64,
    seed: 3,
    model: {
      ...model,
      background: false,
      tokens: { ...model.tokens, shared: 2 },
      weights: { ...model.weights, contrastive: 0.5 },
    },
  });
});

// Each flag that training knows, with a value that no recipe has.
test('every learning and model flag arrives somewhere, and as the library’s schema wants it', () => {
  const values: Record<string, string[]> = {
    recipe: ['reference'],
    epochs: ['7'],
    batch: ['9'],
    learningRate: ['0.5'],
    optimizer: ['adam'],
    weightDecay: ['0.7'],
    schedule: ['step'],
    warmupEpochs: ['1.5'],
    stepEpochs: ['11'],
    clipNorm: ['0.9'],
    modulation: ['ogm-ge'],
    patience: ['13'],
    seed: ['42'],
    labelSmoothing: ['0.3'],
    headDropout: ['0.35'],
    headStart: [],
    modalities: ['visual'],
    adaptation: ['lora'],
    rank: ['3'],
    bottleneckWidth: ['17'],
    classToken: ['frozen'],
    audioTokens: ['2'],
    visualTokens: ['3'],
    sharedTokens: ['4'],
    layerwise: ['common'],
    positions: ['stretched'],
    contrastive: ['final'],
    temperature: ['0.2'],
    tokenDeviation: ['0.4'],
    heads: ['paper'],
    soundBands: ['3'],
    spectrogramScale: ['0.45'],
    ownWeight: ['0.65'],
    background: [],
    lightSelfAttention: [],
    backgroundProbability: ['0.35'],
    foregroundWeight: ['2.5'],
    backgroundWeight: ['3.5'],
    contrastiveWeight: ['4.5'],
    frontEnd: ['ave'],
    normalisation: ['imagenet'],
    augment: ['none'],
    missing: ['zero'],
  };
  const elsewhere = [
    'backbone',
    'layout',
    'splitFile',
    'imageSize',
    'out',
    'resume',
    'force',
    'json',
    'quiet',
    'workers',
    'clipsAtOnce',
    'provider',
    'threads',
    'precision',
  ];
  expect(Object.keys(trainSettings).sort()).toEqual([...Object.keys(values), ...elsewhere].sort());
  for (const [name, value] of Object.entries(values)) {
    const flag = trainSettings[name as keyof typeof trainSettings].flags.split(/[ ,]/)[0] as string;
    const config = configure(recipes.duet, flag, ...value);
    expect(config, flag).not.toEqual(recipes.duet);
    expect(trainingConfigSchema.parse(config)).toEqual(config);
  }
});
