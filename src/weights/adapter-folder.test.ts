import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DuetError } from '../errors.ts';
import { writeSafetensors } from '../files/safetensors.ts';
import { fromFloat32 } from '../files/tensor-values.ts';
import { refusal } from '../refusal.test-data.ts';
import { type AdapterConfig, checkAdapterBackbone } from './adapter-config.ts';
import { type AdapterFiles, readAdapter, writeAdapter } from './adapter-folder-node.ts';
import { parseBackbone } from './backbone.ts';
import { miniTimm } from './mini-vit.test-data.ts';

const backbone = parseBackbone({ name: 'mini', tensors: miniTimm() }, { heads: 2 });
const config: AdapterConfig = {
  format_version: 2,
  system: 'ma-avt',
  base_model_name_or_path: backbone.source,
  base_model_hash: backbone.hash,
  image_size: [224, 224],
  classes: ['bell', 'drum'],
  settings: { recipe: 'reference', epochs: 3, model: { contrastive: 'blockwise-separate' } },
  decision: { backgroundThreshold: 0.5 },
};
const adapter: AdapterFiles = {
  config,
  tensors: new Map([['cls', { shape: [1, 2], data: Float32Array.of(1.5, -2) }]]),
};

const noUpgrade = () => undefined;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'duet-adapter-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** Reads the adapter with its config changed to this. */
async function withConfig(change: Record<string, unknown>): Promise<string> {
  await writeAdapter(folder, adapter);
  await writeFile(join(folder, 'adapter_config.json'), JSON.stringify({ ...config, ...change }));
  return refusal(readAdapter(folder, noUpgrade));
}

describe('an adapter folder', () => {
  test('holds what was written, under PEFT`s names and nothing else', async () => {
    const path = join(folder, 'new', 'adapter');
    await writeAdapter(path, adapter);
    expect((await readdir(path)).sort()).toEqual(['adapter_config.json', 'adapter_model.safetensors']);
    expect(await readAdapter(path, noUpgrade)).toEqual(adapter);
    const first = await readFile(join(path, 'adapter_model.safetensors'));
    await writeAdapter(path, adapter);
    expect(await readFile(join(path, 'adapter_model.safetensors'))).toEqual(first);
  });

  test('of another version or another kind is refused as such, whatever else it holds', async () => {
    expect(await withConfig({ format_version: 3, novelty: true })).toContain(
      'is an adapter of format version 3 and this Duet reads version 2',
    );
    expect(await withConfig({ peft_type: 'LORA', format_version: undefined })).toContain(
      'is an adapter of another kind ("LORA"',
    );
  });

  test('of an older format is read as today’s, where a system knows it', async () => {
    await writeAdapter(folder, adapter);
    await writeFile(join(folder, 'adapter_config.json'), JSON.stringify({ format_version: 1 }));
    const upgrade = (old: unknown) => (isDeepStrictEqual(old, { format_version: 1 }) ? config : undefined);
    expect(await readAdapter(folder, upgrade)).toEqual(adapter);
  });

  test('with a wrong, missing or misspelt field names it', async () => {
    expect(await withConfig({ settigns: {} })).toContain("has the unknown key 'settigns'; did you mean 'settings'?");
    expect(await withConfig({ system: '' })).toContain("'system', too small");
    expect(await withConfig({ image_size: [64, 1_000_000_000] })).toContain("'image_size.1', too big");
    expect(await withConfig({ classes: undefined })).toContain("'classes' is missing");
    expect(await withConfig({ classes: ['a', 'a'] })).toContain("'classes', names a class twice");
    expect(await withConfig({ format_version: undefined })).toContain("'format_version' is missing");
  });

  test('that is absent, incomplete or damaged gets its sentence', async () => {
    expect(await refusal(readAdapter(join(folder, 'absent'), noUpgrade))).toContain('There is no adapter folder');
    expect(await refusal(readAdapter(folder, noUpgrade))).toContain('it has no adapter_config.json');
    await writeAdapter(folder, adapter);
    await truncate(join(folder, 'adapter_model.safetensors'), 90);
    expect(await refusal(readAdapter(folder, noUpgrade))).toMatch(
      /adapter_model\.safetensors is not a readable safetensors file: .*truncated/,
    );
    await rm(join(folder, 'adapter_model.safetensors'));
    expect(await refusal(readAdapter(folder, noUpgrade))).toContain('it has no adapter_model.safetensors');
    await writeAdapter(folder, adapter);
    await truncate(join(folder, 'adapter_config.json'), 40);
    expect(await refusal(readAdapter(folder, noUpgrade))).toContain('adapter_config.json is not JSON');
  });

  test('with NaN in it is refused when read, and is not written', async () => {
    const data = Float32Array.of(1, Number.NaN);
    const tensors = new Map([['bg', { shape: [2], data }]]);
    expect(await refusal(writeAdapter(folder, { config, tensors }))).toContain(
      "tensor 'bg' holds numbers that are not finite",
    );
    expect(await readdir(folder)).toEqual([]);
    await writeAdapter(folder, adapter);
    await writeFile(
      join(folder, 'adapter_model.safetensors'),
      writeSafetensors(new Map([['bg', fromFloat32(data, [2])]])),
    );
    expect(await refusal(readAdapter(folder, noUpgrade))).toContain("tensor 'bg' holds numbers that are not finite");
  });

  test('fits the backbone it was trained on and no other', () => {
    checkAdapterBackbone(config, backbone, 'run');
    const other = parseBackbone({ name: 'other', tensors: miniTimm() }, { heads: 4 });
    expect(() => checkAdapterBackbone(config, other, 'run')).toThrow(
      new DuetError(
        `run was trained on the backbone 'mini' (${backbone.hash}), and 'other' (${other.hash}) is another; use the first.`,
      ),
    );
  });
});
