// `duet verify` on the recorded reference runs, and on one that was tampered with.
import { existsSync, readdirSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { readSafetensors, writeSafetensors } from '../src/files/safetensors.ts';
import { fromFloat32, toFloat32 } from '../src/files/tensor-values.ts';
import { duet, duetJson, newFolder, theOneSentence } from './duet.ts';

const golden = fileURLToPath(new URL('../../shared/golden/', import.meta.url));
const runs = existsSync(golden)
  ? readdirSync(golden)
      .filter((name) => name.startsWith('ma-avt-'))
      .map((name) => join(golden, name))
  : [];

describe.skipIf(runs.length === 0)('the reference runs of ../shared', () => {
  test('agree, group by group', async () => {
    const results = await duetJson<{ passed: boolean; groups: { name: string; passed: boolean }[] }[]>(['verify', ...runs]);
    expect(results).toHaveLength(runs.length);
    for (const { passed, groups } of results) {
      expect(groups.map(({ name }) => name)).toEqual(['outputs', 'losses', 'attention', 'gradients', 'trajectory', 'parameters']);
      expect(passed).toBe(true);
    }
  });

  test('with one changed number in one gradient do not, and the tensor is named', async () => {
    const { tensors, metadata } = readSafetensors(await readFile(runs[0]!));
    const name = 'grad.shared_tokens';
    const gradient = tensors.get(name)!;
    const changed = toFloat32(gradient).slice();
    changed[0]! += 1;
    const file = join(await newFolder('tampered'), 'tampered.safetensors');
    await writeFile(file, writeSafetensors(new Map([...tensors, [name, fromFloat32(changed, gradient.shape)]]), metadata));
    const { code, out } = await duet(['verify', file]);
    expect(code).toBe(1);
    expect(out).toMatch(/^gradients .* TOO LARGE: grad\.shared_tokens$/m);
    expect(out).toMatch(/^outputs .* ok$/m);
  });
});

// Chromium brings a Vulkan driver that computes on the processor; a real graphics card needs no such file.
const softwareDriver = '/usr/lib/chromium/vk_swiftshader_icd.json';

describe.skipIf(runs.length === 0)('on a graphics card, or one imitated in software', () => {
  test.for(runs)('the forward pass and a training step give the numbers of %s', async (run, { skip }) => {
    const environment = existsSync(softwareDriver) ? { VK_DRIVER_FILES: softwareDriver } : {};
    const { out, error } = await duet(['verify', run, '--provider', 'webgpu', '--json'], { environment, seconds: 240 });
    skip(/The provider "webgpu" cannot be used here/.test(error), 'no WebGPU adapter here');
    const [result] = JSON.parse(out) as [{ groups: { name: string; error: number }[] }];
    // Another order of sums; the biases of small projections feel it most (1e-4 where the processor has 2e-5).
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
});

test('a file that is no reference run is refused in a sentence', async () => {
  const backbone = fileURLToPath(new URL('../assets/vit_micro_patch16_224/model.safetensors', import.meta.url));
  expect(theOneSentence(await duet(['verify', backbone]))).toMatch(/is no reference run of MA-AVT: its metadata has no 'config'/);
});
