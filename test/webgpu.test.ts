// Commands on a GPU, or on one imitated in software: the numbers of the CPU.
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, inject, type TestContext, test } from 'vitest';
import { writeSafetensors } from '../src/files/safetensors.ts';
import { smallVit } from '../src/weights/small-vit.test-data.ts';
import { duet, type Ended, newFolder } from './duet.ts';
import { goldenRuns } from './golden-runs.ts';

// Chromium brings a Vulkan driver that computes on the CPU; a real GPU needs no such file.
const softwareDriver = '/usr/lib/chromium/vk_swiftshader_icd.json';

// Alone on two cores the longest takes a minute.
const patience = 400;

async function onGpu(argv: readonly string[], { skip }: Pick<TestContext, 'skip'>): Promise<Ended> {
  const environment = existsSync(softwareDriver) ? { VK_DRIVER_FILES: softwareDriver } : {};
  const ended = await duet([...argv, '--provider', 'webgpu'], { environment, seconds: patience });
  skip(/The provider "webgpu" cannot be used here/.test(ended.error), 'no WebGPU adapter here');
  skip(ended.code === null, `the imitated card was not done in ${patience} seconds`);
  return ended;
}

// One of them: compiling takes most of the time, and the tests on the CPU know both.
test.for(goldenRuns.slice(0, 1))('the forward pass and training steps give the numbers of %s', async (run, context) => {
  const { out } = await onGpu(['verify', run, '--json'], context);
  const [result] = JSON.parse(out) as [{ groups: { name: string; error: number }[] }];
  // Another order of sums; the biases of small projections feel it most (1e-4 where the CPU has 2e-5).
  const allowed: Record<string, number> = {
    outputs: 1e-5,
    losses: 1e-5,
    attention: 1e-5,
    gradients: 5e-4,
    trajectory: 1e-4,
    parameters: 1e-3,
  };
  expect(result.groups).toHaveLength(6);
  for (const group of result.groups) expect(group.error, group.name).toBeLessThan(allowed[group.name]!);
});

test(
  'training, from the head start to the last epoch, has the losses of the CPU',
  async (context) => {
    const folder = await newFolder('webgpu');
    const backbone = await smallBackbone(join(folder, 'small'));
    const train = (run: string) => [
      'train',
      inject('shared').data,
      '--out',
      join(folder, run),
      '--backbone',
      backbone,
      ...settings,
    ];
    const onCard = await onGpu(train('card'), context);
    expect(onCard.code, onCard.error).toBe(0);
    const onProcessor = await duet(train('CPU'));
    expect(onProcessor.code, onProcessor.error).toBe(0);
    const [found, expected] = [await epochsOf(join(folder, 'card')), await epochsOf(join(folder, 'CPU'))];
    expect(found).toHaveLength(2);
    for (const [index, { losses, validation }] of expected.entries()) {
      for (const [name, loss] of Object.entries(losses)) expect(found[index]!.losses[name], name).toBeCloseTo(loss, 3);
      expect(found[index]!.validation.loss).toBeCloseTo(validation.loss!, 3);
    }
  },
  1000 * (patience + 100),
);

const settings = ['--epochs', '2', '--batch', '6', '--threads', '1'];

type Epoch = { readonly losses: Record<string, number>; readonly validation: Record<string, number> };

async function epochsOf(run: string): Promise<Epoch[]> {
  return (JSON.parse(await readFile(join(run, 'history.json'), 'utf8')) as { epochs: Epoch[] }).epochs;
}

/** One block on four patches: most of the time goes into compiling what runs on the card. */
async function smallBackbone(path: string): Promise<string> {
  const { tensors, config } = smallVit({ depth: 1, patches: 4 });
  await mkdir(path);
  await writeFile(join(path, 'model.safetensors'), writeSafetensors(tensors));
  await writeFile(join(path, 'config.json'), JSON.stringify(config));
  return path;
}
