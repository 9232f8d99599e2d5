// Whatever is wrong is reported in one sentence, with a failing exit code, and leaves nothing half-written behind.
import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, openSync } from 'node:fs';
import { cp, mkdir, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import { readSafetensors, writeSafetensors } from '../src/files/safetensors.ts';
import { fromFloat32, toFloat32 } from '../src/files/tensor-values.ts';
import { cutShort, keepOnly, wavFile } from './clips.ts';
import { duet, duetHere, duetJson, duetProgram, newFolder, small, theOneSentence } from './duet.ts';

const quick = ['--recipe', 'reference', '--epochs', '1', '--batch', '12', ...small];
const clipOf = (name: string, split = 'test') => join(inject('shared').data, split, name, '000.webm');

let folder: string;
beforeAll(async () => {
  folder = await newFolder('bad');
});

/** What `duet train` says of data that it refuses. */
async function refusedData(data: string, ...options: string[]): Promise<string> {
  const out = join(folder, 'refused');
  const sentence = theOneSentence(await duetHere(['train', data, '--out', out, ...quick, ...options]));
  expect(await readdir(folder)).not.toContain('refused');
  return sentence;
}

/** A data set of copies: class name to how many clips. */
async function dataWith(counts: Readonly<Record<string, number>>): Promise<string> {
  const data = await newFolder('data');
  for (const [name, count] of Object.entries(counts)) {
    await mkdir(join(data, name));
    for (let index = 0; index < count; index++) {
      await cp(join(inject('shared').data, 'train', name, `00${index}.webm`), join(data, name, `${index}.webm`));
    }
  }
  return data;
}

describe('options', () => {
  test('an unknown option, command or configuration key is refused with a suggestion', async () => {
    const { data } = inject('shared');
    const option = await duetHere(['train', data, '--out', join(folder, 'run'), '--epoch', '3']);
    expect(theOneSentence(option)).toMatch(/unknown option '--epoch'/);
    expect(option.error).toContain('Did you mean --epochs?');
    expect(option.code).toBe(2);
    const command = await duetHere(['trian', data]);
    expect(theOneSentence(command)).toMatch(/unknown command 'trian'/);
    expect(command.error).toContain('Did you mean train?');
    const config = join(folder, 'config.json');
    await writeFile(config, JSON.stringify({ warmupEpoch: 2 }));
    expect(await refusedData(data, '--config', config)).toContain(
      'unknown key "warmupEpoch": did you mean "warmupEpochs"?',
    );
  });

  test.each(['cuda', 'coreml', 'webgpu', 'directml'])(
    'a provider that cannot compute here (%s) is named, with what to do',
    async (name) => {
      const { run } = inject('shared');
      const ended = await duetHere(['predict', run, clipOf('metal-bowl'), '--provider', name]);
      if (ended.code === 0)
        return expect(ended.error).toContain(`Predicting on ${name === 'directml' ? 'dml' : name}.`);
      const sentence = theOneSentence(ended);
      expect(sentence).toContain(`The provider "${name}" cannot be used here`);
      expect(sentence).toMatch(/duet doctor.*leave out --provider/);
    },
  );
});

describe.skipIf(!existsSync('/dev/full'))('a full disk', () => {
  test('under the standard output is one sentence and exit code 1', () => {
    const full = openSync('/dev/full', 'w');
    const { status, stderr } = spawnSync(process.execPath, [duetProgram, '--help'], {
      stdio: ['ignore', full, 'pipe'],
      encoding: 'utf8',
    });
    closeSync(full);
    expect(stderr).toMatch(/^duet: Cannot write the standard output: the disk is full; [^\n]*\n$/);
    expect(status).toBe(1);
  });
});

describe('data', () => {
  test('that is missing, empty, or holds no class folders', async () => {
    expect(await refusedData(join(folder, 'absent'))).toMatch(/There is no data at ".*absent"/);
    const empty = await newFolder('empty');
    expect(await refusedData(empty)).toMatch(/empty-\w+.*sub-folder/);
    await cp(clipOf('metal-bowl'), join(empty, 'clip.webm'));
    expect(await refusedData(empty)).toMatch(/sub-folder/);
    await mkdir(join(empty, 'dog'));
    expect(await refusedData(empty)).toMatch(/clip|class/);
  });

  test('with one class only, and a class with one clip only', async () => {
    expect(await refusedData(await dataWith({ 'metal-bowl': 3 }))).toContain(
      'has only one class ("metal-bowl"); training needs at least two',
    );
    expect(await refusedData(await dataWith({ 'metal-bowl': 3, 'calling-bird': 1 }))).toContain(
      'The class "calling-bird" has only one clip',
    );
  });

  test('with damaged, empty and unreadable files among good ones: these are skipped, counted and listed, and the rest goes on', async () => {
    const data = await newFolder('damaged');
    await cp(inject('shared').data, data, { recursive: true });
    const bad = [
      'train/metal-bowl/003.webm',
      'train/metal-bowl/004.webm',
      'train/calling-bird/003.webm',
      'test/metal-bowl/001.webm',
    ];
    await cutShort(clipOf('metal-bowl'), join(data, bad[0]!), 0.02);
    await writeFile(join(data, bad[1]!), '');
    await writeFile(join(data, bad[2]!), 'this is no video\n'.repeat(500));
    await keepOnly('picture', clipOf('metal-bowl'), join(data, bad[3]!));
    const run = join(folder, 'damaged-run');
    const trained = await duetHere(['train', data, '--out', run, ...quick]);
    expect(trained.code, trained.error).toBe(0);
    expect(trained.out).toContain('Skipped 4 files:');
    for (const id of bad) expect(trained.out).toMatch(new RegExp(`^  ${id}: .+`, 'm'));
    const evaluated = await duetJson<{
      clips: number;
      skipped: number;
      skippedFiles: { path: string; reason: string }[];
    }>([...['evaluate', run, data]]);
    expect(evaluated).toMatchObject({ clips: 4, skipped: 1 });
    expect(evaluated.skippedFiles).toEqual([
      { path: bad[3], reason: expect.stringContaining('The clip has no sound') },
    ]);
  });
});

describe('clips without sound, without picture or without length', () => {
  test('are reported with their name, and --missing zero predicts the first two', async () => {
    const { run } = inject('shared');
    const silent = await keepOnly('picture', clipOf('metal-bowl'), join(folder, 'clip'));
    const blind = await keepOnly('sound', clipOf('metal-bowl'), join(folder, 'blind.webm'));
    const predict = (...argv: string[]) => duet(['predict', run, ...argv, '--threads', '1'], { folder });
    // A name that is also a word of the sentence.
    expect(theOneSentence(await predict('clip'))).toMatch(/^duet: clip: The clip has no sound; .*--missing zero/);
    expect(theOneSentence(await predict(blind))).toMatch(/blind\.webm: The clip has no picture; .*--missing zero/);
    const zero = await predict(silent, blind, '--missing', 'zero', '--json', '--quiet');
    expect(zero.error).toBe('');
    expect((JSON.parse(zero.out) as { windows: unknown[] }[]).map(({ windows }) => windows.length)).toEqual([1, 1]);
    const attention = join(folder, 'maps');
    expect((await predict(blind, '--missing', 'zero', '--overlays', attention)).code).toBe(0);
    expect(await readdir(attention)).toEqual([expect.stringMatching(/sound\.png$/)]);
  });

  test('of zero length, empty, cut short, of another kind or absent: each gets its sentence, and good files beside them are predicted', async () => {
    const { run } = inject('shared');
    const [empty, cut, text, sound] = ['empty.webm', 'cut.webm', 'text.mp4', 'nothing.wav'].map((name) =>
      join(folder, name),
    ) as [...[string, string, string, string]];
    await writeFile(empty, '');
    await cutShort(clipOf('metal-bowl'), cut, 0.02);
    await writeFile(text, 'this is no video\n'.repeat(500));
    await writeFile(sound, wavFile({ samples: new Float32Array(0), sampleRate: 16_000 }));
    const files = [empty, cut, clipOf('metal-bowl'), text, sound, join(folder, 'absent.mp4'), folder];
    const ended = await duetHere(['predict', run, ...files, '--json', '--quiet', '--threads', '1']);
    expect(ended.code).toBe(1);
    const results = JSON.parse(ended.out) as { path: string; error?: string; windows?: unknown[] }[];
    expect(results.map(({ path }) => path)).toEqual(files);
    expect(results.map(({ error }) => error === undefined)).toEqual(files.map((file) => file === clipOf('metal-bowl')));
    const sentences = ended.error.trimEnd().split('\n');
    expect(sentences).toHaveLength(files.length - 1);
    for (const [place, file] of files.filter((name) => name !== clipOf('metal-bowl')).entries()) {
      expect(sentences[place]).toMatch(/^duet: \S/);
      expect(sentences[place]).toContain(file);
    }
  });
});

describe('weights', () => {
  const embedded = fileURLToPath(new URL('../assets/vit_micro_patch16_224', import.meta.url));

  /** A copy of the embedded backbone with its first number of one tensor changed. */
  async function backboneWith(value: number): Promise<string> {
    const copy = await newFolder('backbone');
    await cp(embedded, copy, { recursive: true });
    await changeNumber(join(copy, 'model.safetensors'), 'blocks.1.norm1.bias', value);
    return copy;
  }

  async function adapterCopy(): Promise<string> {
    const copy = await newFolder('adapter');
    for (const name of ['adapter_model.safetensors', 'adapter_config.json'])
      await cp(join(inject('shared').run, name), join(copy, name));
    return copy;
  }

  /** `evaluate` and `predict` must refuse the adapter with the same sentence. */
  async function refusedAdapter(run: string, ...options: string[]): Promise<string> {
    const { data } = inject('shared');
    const predicted = theOneSentence(await duetHere(['predict', run, clipOf('metal-bowl'), ...options]));
    expect(theOneSentence(await duetHere(['evaluate', run, data, ...options]))).toBe(predicted);
    return predicted;
  }

  test('with NaN in the backbone are refused by training and predicting', async () => {
    const backbone = await backboneWith(Number.NaN);
    expect(await refusedData(inject('shared').data, '--backbone', backbone)).toMatch(
      /blocks\.1\.norm1\.bias.*not finite/,
    );
    expect(await refusedAdapter(inject('shared').run, '--backbone', backbone)).toMatch(
      /blocks\.1\.norm1\.bias.*not finite/,
    );
  });

  test('of another backbone than the adapter was trained on are refused', async () => {
    const other = await backboneWith(0.123);
    expect(await refusedAdapter(inject('shared').run, '--backbone', other)).toMatch(
      /was trained on the backbone 'vit-micro'.*is another/,
    );
    expect(await refusedAdapter(inject('shared').run, '--backbone', 'no-such-backbone')).toMatch(
      /There is no backbone 'no-such-backbone'/,
    );
  });

  test('of an adapter that is of another version, truncated or holds NaN are refused', async () => {
    const [version, cut, nan] = [await adapterCopy(), await adapterCopy(), await adapterCopy()];
    const config = JSON.parse(await readFile(join(version, 'adapter_config.json'), 'utf8'));
    await writeFile(join(version, 'adapter_config.json'), JSON.stringify({ ...config, format_version: 3 }));
    expect(await refusedAdapter(version)).toContain('is an adapter of format version 3 and this Duet reads version 2');
    await truncate(join(cut, 'adapter_model.safetensors'), 100_000);
    expect(await refusedAdapter(cut)).toMatch(/adapter_model\.safetensors is not a readable safetensors file/);
    await changeNumber(join(nan, 'adapter_model.safetensors'), 'shared_tokens', Number.NaN);
    expect(await refusedAdapter(nan)).toMatch(/'shared_tokens' holds numbers that are not finite/);
    expect(await refusedAdapter(join(folder, 'absent'))).toMatch(/There is no adapter folder .*absent/);
  });

  async function changeNumber(file: string, name: string, value: number): Promise<void> {
    const { tensors, metadata } = readSafetensors(await readFile(file));
    const tensor = tensors.get(name)!;
    const data = toFloat32(tensor).slice();
    data[0] = value;
    await writeFile(file, writeSafetensors(new Map([...tensors, [name, fromFloat32(data, tensor.shape)]]), metadata));
  }
});

describe('places to write', () => {
  test('an existing run is refused without --resume or --force, and stays as it was; --force replaces it', async () => {
    const { data } = inject('shared');
    const run = join(folder, 'existing');
    await cp(inject('shared').run, run, { recursive: true });
    const before = await readFile(join(run, 'config.json'));
    expect(theOneSentence(await duetHere(['train', data, '--out', run, ...quick]))).toMatch(
      /already holds a run; go on with it by --resume, or replace it by --force/,
    );
    expect(await readFile(join(run, 'config.json'))).toEqual(before);
    const replaced = await duetHere(['train', data, '--out', run, '--force', ...quick]);
    expect(replaced.code, replaced.error).toBe(0);
    expect(await readFile(join(run, 'config.json'))).not.toEqual(before);
    const other = await newFolder('other');
    await writeFile(join(other, 'thesis.txt'), 'years of work');
    expect(theOneSentence(await duetHere(['train', data, '--out', other, '--force', ...quick]))).toMatch(
      /holds other files and no run/,
    );
    expect(await readdir(other)).toEqual(['thesis.txt']);
    expect(theOneSentence(await duetHere(['train', '--out', other, '--resume', ...quick]))).toMatch(/holds no run/);
  });

  test('that are read-only, files, or full', async () => {
    const { data, run } = inject('shared');
    const file = join(folder, 'file');
    await writeFile(file, 'text');
    const train = (...argv: string[]) => duetHere(['train', data, ...quick, ...argv]);
    expect(theOneSentence(await train('--out', file))).toMatch(/is a file, not a folder/);
    expect(theOneSentence(await train('--out', join(file, 'run')))).toMatch(
      /Cannot write .*a part of that path is a file/,
    );
    expect(theOneSentence(await train('--out', '/proc/duet/run'))).toMatch(/Cannot write \/proc\/duet/);
    expect(await readFile(file, 'utf8')).toBe('text');
    const clip = clipOf('metal-bowl');
    expect(theOneSentence(await duetHere(['predict', run, clip, '--overlays', '/proc/duet']))).toMatch(
      /Cannot write \/proc\/duet/,
    );
    for (const argv of [
      ['export', run, '--onnx', '/dev/full', '--force'],
      ['evaluate', run, data, '--predictions', '/dev/full'],
      ['evaluate', run, data, '--report', '/dev/full'],
      ['predict', run, clip, '--report', '/dev/full'],
    ]) {
      expect(theOneSentence(await duetHere(argv))).toMatch(/Cannot write \/dev\/full: the disk is full/);
    }
    const cache = await duet(['evaluate', run, data], { environment: { DUET_CACHE: join(file, 'cache') } });
    expect(theOneSentence(cache)).toMatch(/The cache of readings ".*" cannot be written .*set DUET_CACHE/);
  });

  test('an exported file is not replaced without --force', async () => {
    const { run } = inject('shared');
    const file = join(folder, 'model.onnx');
    await writeFile(file, 'mine');
    expect(theOneSentence(await duetHere(['export', run, '--onnx', file]))).toMatch(/is there already; .*--force/);
    expect(await readFile(file, 'utf8')).toBe('mine');
    await rm(file);
  });
});
