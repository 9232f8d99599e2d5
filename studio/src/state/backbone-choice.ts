// Choosing another backbone: files that the user has, or a model on the Hugging Face hub.
import { DuetError } from '../../../src/errors.ts';
import { type StoredBackbone, writeValue } from '../storage/database.ts';
import { restartTrainingWorker, trainingWorker } from './engine.ts';
import { forgetOpened } from './model.ts';
import { backbone } from './project.ts';

const weightsName = 'model.safetensors';

export function chooseBuiltIn(): Promise<void> {
  return choose({ kind: 'built-in' });
}

/** A .safetensors file, with config.json and preprocessor_config.json where there are any. */
export async function chooseBackboneFiles(files: readonly File[]): Promise<void> {
  const weights = files.find(({ name }) => name.endsWith('.safetensors'));
  if (!weights)
    throw new DuetError('A backbone is a .safetensors file, best chosen together with its config.json; choose that.');
  const text = (name: string) => files.find((file) => file.name === name)?.text();
  await choose({
    kind: 'files',
    source: weights.name,
    // A copy: the file on the disk may go.
    weights: new Blob([await weights.arrayBuffer()]),
    config: await text('config.json'),
    preprocessor: await text('preprocessor_config.json'),
  });
}

/**
 * The one thing here that asks another computer, and only when the user does. `owner/name`, or `owner/name@revision`.
 */
export async function chooseHubBackbone(name: string): Promise<void> {
  const [, repository, revision = 'main'] = /^([\w.-]+\/[\w.-]+)(?:@([\w.-]+))?$/.exec(name.trim()) ?? [];
  if (!repository)
    throw new DuetError(`“${name}” is no name on the hub; it looks like timm/vit_tiny_patch16_224.augreg_in21k.`);
  const fetched = (file: string) =>
    fetch(`https://huggingface.co/${repository}/resolve/${revision}/${file}`).catch(() => undefined);
  const weights = await fetched(weightsName);
  if (!weights)
    throw new DuetError(
      'huggingface.co cannot be reached from this page; fetch the files on another way and open them here.',
    );
  if (!weights.ok)
    throw new DuetError(`The hub has no ${weightsName} for “${name}” that is open to all; check the name.`);
  const text = async (file: string) => {
    const answer = await fetched(file);
    return answer?.ok ? answer.text() : undefined;
  };
  const [config, preprocessor] = await Promise.all([text('config.json'), text('preprocessor_config.json')]);
  await choose({ kind: 'files', source: name.trim(), weights: await weights.blob(), config, preprocessor });
}

async function choose(stored: StoredBackbone): Promise<void> {
  const facts = await trainingWorker().checkBackbone(stored);
  await writeValue('backbone', stored);
  // Both workers hold the old one.
  restartTrainingWorker();
  forgetOpened();
  backbone.value = facts;
}
