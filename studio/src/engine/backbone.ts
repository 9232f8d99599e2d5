// The backbone that was chosen, from the page's own files or from what the browser keeps.

import microWeights from '../../../assets/vit_micro_patch16_224/model.safetensors?url';
import { DuetError } from '../../../src/errors.ts';
import { readSafetensors } from '../../../src/files/safetensors.ts';
import { type IntakeArgument, intakeArgument, openWithoutWeights } from '../../../src/run/open-intake.ts';
import { recipeNamed } from '../../../src/systems/registry.ts';
import { type Backbone, type InputSize, parseBackbone } from '../../../src/weights/backbone.ts';
import { readValue, type StoredBackbone, type StoredChoice } from '../storage/database.ts';
import { type SettingsForm, settingsForm, settingsOf } from './settings-form.ts';
import { readingKey } from './stored-clips.ts';

/** As the command line calls the built-in backbone. */
export const builtInSource = 'vit-micro';

/** What the page knows of a backbone. */
export type BackboneFacts = {
  readonly source: string;
  readonly hash: string;
  readonly depth: number;
  readonly width: number;
  readonly inputSize: readonly [number, number];
  /** What a training on it is set to and how clips are read for it, and what names such readings. */
  readonly intake: IntakeArgument;
  readonly readingKey: string;
  readonly form: SettingsForm;
};

/** The backbone in use. @throws DuetError when its files do not hold a plain ViT or cannot be fetched. */
export async function openStoredBackbone(imageSize?: InputSize): Promise<Backbone> {
  const stored = (await readValue('backbone')) ?? { kind: 'built-in' };
  return parseStoredBackbone(stored, imageSize);
}

export async function parseStoredBackbone(stored: StoredBackbone, imageSize?: InputSize): Promise<Backbone> {
  if (stored.kind === 'built-in') {
    const file = readSafetensors(
      await fetchWhole(new URL(microWeights, import.meta.url).href),
      'the built-in backbone',
    );
    return parseBackbone({ ...file, name: builtInSource, source: builtInSource }, { imageSize });
  }
  const { source, weights, config, preprocessor } = stored;
  const file = readSafetensors(new Uint8Array(await weights.arrayBuffer()), source);
  const parsed = (text: string | undefined) => (text === undefined ? undefined : (JSON.parse(text) as unknown));
  return parseBackbone(
    { ...file, name: source, source, config: parsed(config), preprocessor: parsed(preprocessor) },
    { imageSize },
  );
}

/** @throws DuetError for a choice whose settings contradict each other. */
export async function backboneFacts(backbone: Backbone, choice: StoredChoice | undefined): Promise<BackboneFacts> {
  const { source, hash, config } = backbone;
  const { depth, width, inputSize } = config;
  const settings = await settingsOf(choice ?? { recipe: undefined, given: {} });
  const { system } = await recipeNamed(settings.recipe);
  // A reading is the same for any classes.
  const intake = intakeArgument(system, settings, { labels: [], backbone });
  const key = readingKey((await openWithoutWeights(intake)).intake);
  return { source, hash, depth, width, inputSize, intake, readingKey: key, form: await settingsForm(settings) };
}

async function fetchWhole(url: string): Promise<Uint8Array> {
  const answer = await fetch(url).catch(() => undefined);
  if (!answer?.ok) throw new DuetError('The weights that come with this page cannot be loaded; load the page again.');
  return new Uint8Array(await answer.arrayBuffer());
}
