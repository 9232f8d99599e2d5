import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { beforeAll, describe, expect, test } from 'vitest';
import { applyConfigFile } from './config-file.ts';
import { createContext } from './context.ts';
import { packageVersion } from './package-version.ts';
import { createProgram } from './program.ts';
import { runDuet } from './run.ts';
import { addSettings } from './setting.ts';
import { trainSettings, trainSettingsOf } from './train-settings.ts';

async function duet(...argv: string[]): Promise<{ code: number; out: string; error: string }> {
  let [out, error] = ['', ''];
  const streams = {
    stdout: { write: (text: string) => (out += text) },
    stderr: { write: (text: string) => (error += text) },
  };
  const code = await runDuet(argv, streams, {});
  return { code, out, error };
}

const commands = [
  'demo',
  'studio',
  'doctor',
  'train',
  'evaluate',
  'experiment',
  'predict',
  'index',
  'search',
  'localise',
  'export',
  'data',
  'inspect',
  'verify',
];

describe('help', () => {
  test.each(commands)('of %s has at least two examples and goes to stdout', async (name) => {
    const { code, out, error } = await duet(name, '--help');
    expect(code).toBe(0);
    expect(error).toBe('');
    expect(out.match(/^ {2}\$ duet /gm)?.length).toBeGreaterThanOrEqual(2);
    expect(out.split('\n').filter((line) => line.length > 110)).toEqual([]);
    expect(out).toMatchSnapshot();
  });

  test('without a command lists all commands', async () => {
    const { code, out } = await duet();
    expect(code).toBe(0);
    for (const name of commands) expect(out).toContain(`  ${name} `);
    expect(out).toMatchSnapshot();
  });

  test('--version prints package.json’s version', async () => {
    expect(await duet('--version')).toEqual({ code: 0, out: `${packageVersion()}\n`, error: '' });
  });
});

describe('wrong usage ends with 2 and names the slip', () => {
  test.each([
    [['trian'], /unknown command 'trian'\n\(Did you mean train\?\)/],
    [['train', 'data', '--leraning-rate', '1'], /unknown option '--leraning-rate'\n\(Did you mean --learning-rate\?\)/],
    [['train', 'data', '-o', 'run', '--batch', '0'], /'0' is invalid. Expected a whole number from 1 to 65536/],
    [['train', 'data', '-o', 'run', '--batch', '1.5'], /Expected a whole number/],
    [['train', 'data', '-o', 'run', '--lr', 'fast'], /'fast' is invalid. Expected a number above 0/],
    [['train', 'data', '-o', 'run', '--lr', ''], /Expected a number above 0/],
    [['train', 'data', '-o', 'run', '--image-size', '224x'], /Expected a size such as 224 or 224x160/],
    [['train', 'data', '-o', 'run', '--provider', 'gpu'], /Expected one of auto, cpu, webgpu/],
    [['train', 'data', '-o', 'run', '--background-probability', '1.2'], /Expected a number from 0 to 1/],
    [['train', 'data', '-o', 'run', '--resume', '--force'], /'--resume' cannot be used with option '--force'/],
    [['train', 'data'], /'-o, --out <run>' not specified/],
    [['train', '-o', 'run'], /missing required argument 'data'/],
    [['export', 'run'], /'--onnx <file>' not specified/],
    [['evaluate', 'run'], /missing required argument 'data'/],
    [['predict', 'run'], /missing required argument 'file'/],
  ])('%j', async (argv, message) => {
    const { code, out, error } = await duet(...argv);
    expect(error).toMatch(message);
    expect(error).toMatch(/^duet: /);
    expect(code).toBe(2);
    expect(out).toBe('');
  });
});

describe('configuration file', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'duet-config-'));
  });

  async function effective(config: unknown, ...argv: string[]) {
    const file = join(folder, 'config.json');
    await writeFile(file, typeof config === 'string' ? config : JSON.stringify(config));
    const command = addSettings(new Command().exitOverride(), trainSettings);
    command.parse(argv, { from: 'user' });
    const data = await applyConfigFile(command, file, trainSettings);
    const { training, ...others } = trainSettingsOf(command);
    return { data, ...others, ...training };
  }

  test('gives what the command line does not, and flags win', async () => {
    const config = {
      data: 'videos',
      epochs: 7,
      lr: 0.01,
      'weight-decay': 0.5,
      background: false,
      imageSize: '96x64',
      seed: 3,
    };
    const settings = await effective(config, '--epochs', '9', '--optimizer', 'adam');
    expect(settings).toMatchObject({
      data: 'videos',
      epochs: 9,
      learningRate: 0.01,
      weightDecay: 0.5,
      background: false,
      seed: 3,
    });
    expect(settings).toMatchObject({ imageSize: { width: 96, height: 64 }, optimizer: 'adam', resume: false });
    expect(settings.recipe).toBeUndefined();
    expect(settings).not.toHaveProperty('batch');
  });

  test.each([
    [{ warmupEpoch: 2 }, /unknown key "warmupEpoch": did you mean "warmupEpochs"\?/],
    [{ epochs: '50' }, /"epochs" is "50", but must be a whole number of at least 1/],
    [{ positions: 'strechted' }, /must be one of stretched, exact/],
    [{ 'no-background': true }, /unknown key "no-background"/],
    [[1], /holds no settings/],
    ['{', /is not JSON/],
  ])('%j is refused in one sentence', async (config, message) => {
    await expect(effective(config)).rejects.toThrow(message);
  });

  test('a missing one ends the program with 1', async () => {
    const { code, error } = await duet('train', '--config', join(folder, 'absent.json'));
    expect(code).toBe(1);
    expect(error).toMatch(/^duet: .*absent\.json.*\n$/);
  });
});

test('every setting is named as commander names its flag', () => {
  const command = addSettings(new Command(), trainSettings);
  expect(command.options.map((option) => option.attributeName())).toEqual(Object.keys(trainSettings));
});

test('--json prints one document on stdout and nothing else', async () => {
  for (const argv of [
    ['inspect', 'vit-micro', '--json'],
    ['doctor', '--json'],
  ]) {
    const { out, error } = await duet(...argv);
    expect(() => JSON.parse(out)).not.toThrow();
    expect(error).toBe('');
  }
}, 60_000);

test('a failure is one sentence on stderr and exit code 1', async () => {
  for (const argv of [
    ['verify', 'absent.safetensors'],
    ['inspect', 'absent.mp4'],
    ['train', 'absent-folder', '--out', 'absent-run'],
    ['train', 'absent-folder', '--out', 'absent-run', '--resume'],
  ]) {
    const { code, out, error } = await duet(...argv);
    expect(out).toBe('');
    expect(error).toMatch(/^duet: [^\n]*absent[^\n]*\n$/);
    expect(error).not.toContain('DUET_DEBUG');
    expect(code).toBe(1);
  }
});

test('an interrupted run that ended in order exits with 130', async () => {
  const sink = { write: () => undefined };
  expect(await runDuet(['--version'], { stdout: sink, stderr: sink }, {}, AbortSignal.abort())).toBe(130);
});

test('a program can be built again and again, and of one command alone', async () => {
  const sink = { write: () => undefined };
  const context = createContext(
    { stdout: sink, stderr: sink },
    {},
    new AbortController().signal,
    'duet',
    () => undefined,
  );
  const namesOf = async (wanted?: string) => (await createProgram(context, wanted)).commands.map((one) => one.name());
  expect(await namesOf('--help')).toEqual(await namesOf());
  expect(await namesOf()).toEqual(expect.arrayContaining(commands));
  expect(await namesOf('predict')).toEqual(['predict']);
});
