// What `duet doctor` looks at. Every check catches its own failure: a broken part must not hide the others.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statfsSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { arch, availableParallelism, cpus, freemem, homedir, platform, release, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defaultCacheFolder } from '../data/cache-folder-node.ts';
import { messageOf } from '../errors.ts';
import { nodeProviders } from '../runtime/provider.ts';

export type Check = {
  readonly name: string;
  /** `note`: missing, but only some things need it. `broken`: Duet cannot work. */
  readonly state: 'ok' | 'note' | 'broken';
  readonly found: string;
  /** What to do about it. */
  readonly fix?: string;
};

type Environment = Readonly<Record<string, string | undefined>>;

const require = createRequire(import.meta.url);

export async function runChecks(environment: Environment): Promise<Check[]> {
  return [
    nodeCheck(process.versions.node),
    machineCheck(),
    ...(await runtimeChecks()),
    await sharpCheck(),
    ...(await decoderChecks(environment)),
    backboneCheck(),
    diskCheck('cache of readings', defaultCacheFolder(environment)),
    diskCheck('hub cache', hubCache(environment)),
    diskCheck('work folder', process.cwd()),
  ];
}

export function nodeCheck(version: string): Check {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const enough = major > 20 || (major === 20 && minor >= 9);
  const check = { name: 'Node', found: version } as const;
  return enough
    ? { ...check, state: 'ok' }
    : { ...check, state: 'broken', fix: 'install Node 20.9 or newer from nodejs.org' };
}

function machineCheck(): Check {
  const cores = availableParallelism();
  const model = cpus()[0]?.model.trim() ?? 'unknown CPU';
  const found = `${platform()} ${arch()} ${release()}, ${cores} ${cores === 1 ? 'core' : 'cores'} (${model}), ${gibibytes(totalmem())} memory, ${gibibytes(freemem())} free`;
  const check = { name: 'machine', found };
  return freemem() < 1 * gibi
    ? { ...check, state: 'note', fix: 'close other programs: training wants about 2 GiB free' }
    : { ...check, state: 'ok' };
}

async function runtimeChecks(): Promise<Check[]> {
  const name = 'ONNX Runtime';
  try {
    const [runtime, { probeProvider }] = await Promise.all([import('onnxruntime-node'), import('./provider-probe.ts')]);
    const listed = runtime.listSupportedBackends().map((backend) => backend.name);
    const providers: Check[] = [];
    for (const provider of nodeProviders.filter((one) => listed.includes(one)))
      providers.push(providerCheck(provider, await probeProvider(provider)));
    return [
      { name, state: 'ok', found: `${moduleVersion('onnxruntime-node')}, built with ${listed.join(', ')}` },
      ...providers,
    ];
  } catch (error) {
    const fix = `run "npm ci" again; builds exist for Linux and Windows on x64 and arm64, and for macOS on arm64 (Apple silicon); this is ${platform()} ${arch()}`;
    return [{ name, state: 'broken', found: firstLine(error), fix }];
  }
}

/** Listed is not yet working, so each was tried; `problem` is why it did not work. */
function providerCheck(provider: string, problem: string | undefined): Check {
  const name = `  ${provider}`;
  if (problem === undefined) return { name, state: 'ok', found: 'computes' };
  if (provider === 'cpu') return { name, state: 'broken', found: problem, fix: 'run "npm ci" again' };
  return { name, state: 'note', found: problem, fix: providerFix[provider] ?? 'cpu works without it' };
}

const providerFix: Readonly<Record<string, string>> = {
  webgpu: 'needs a GPU with a Vulkan, Metal or Direct3D 12 driver; cpu works without it',
  cuda: 'needs an NVIDIA driver, CUDA 12, cuDNN 9, and onnxruntime-node’s own install script (README, "CUDA"); cpu works without it',
  coreml: 'needs macOS; cpu works without it',
  dml: 'needs Windows with Direct3D 12; cpu works without it',
};

async function sharpCheck(): Promise<Check> {
  try {
    const { default: sharp } = await import('sharp');
    return { name: 'pictures', state: 'ok', found: `sharp ${moduleVersion('sharp')}, libvips ${sharp.versions.vips}` };
  } catch (error) {
    return {
      name: 'pictures',
      state: 'broken',
      found: firstLine(error),
      fix: 'run "npm ci" again, with optional packages (not --omit=optional)',
    };
  }
}

async function decoderChecks(environment: Environment): Promise<Check[]> {
  return [await containerCheck(), await codecCheck(), await ffmpegCheck(environment)];
}

async function containerCheck(): Promise<Check> {
  try {
    await import('mediabunny');
    return { name: 'video files', state: 'ok', found: `mediabunny ${moduleVersion('mediabunny')}` };
  } catch (error) {
    return { name: 'video files', state: 'broken', found: firstLine(error), fix: 'run "npm ci" again' };
  }
}

async function codecCheck(): Promise<Check> {
  const { loadNativeCodecs, nativeCodecsPackage } = await import('../media/native-codecs-node.ts');
  const name = 'decoders';
  if (loadNativeCodecs() !== undefined) return { name, state: 'ok', found: nativeCodecsPackage };
  const fix =
    'run "npm ci" again, with optional packages; where the package has no build, ffmpeg decodes all (see below)';
  return { name, state: 'broken', found: `${nativeCodecsPackage} does not load`, fix };
}

async function ffmpegCheck(environment: Environment): Promise<Check> {
  const { ffmpegPackage, findFfmpeg } = await import('../media/find-ffmpeg-node.ts');
  const program = findFfmpeg(environment);
  const run =
    program === undefined
      ? undefined
      : spawnSync(program, ['-version'], { encoding: 'utf8', timeout: 10_000, env: environment as NodeJS.ProcessEnv });
  const version = /^ffmpeg version (\S+)/.exec(run?.stdout ?? '')?.[1];
  if (version !== undefined) return { name: 'ffmpeg', state: 'ok', found: `${version}, ${program}` };
  return {
    name: 'ffmpeg',
    state: 'note',
    found: 'none on the PATH',
    fix: `install ffmpeg, or the npm package ${ffmpegPackage()}, to read avi, mpg and flv; mp4, mov, webm and mkv need none`,
  };
}

function backboneCheck(): Check {
  const file = fileURLToPath(new URL('../../assets/vit_micro_patch16_224/model.safetensors', import.meta.url));
  const name = 'embedded backbone';
  if (!existsSync(file))
    return { name, state: 'broken', found: 'missing', fix: 'install duet-av again, or check out assets/ in full' };
  return { name, state: 'ok', found: `vit_micro_patch16_224, ${(statSync(file).size / 1e6).toFixed(1)} MB` };
}

function hubCache(environment: Environment): string {
  if (environment.HF_HUB_CACHE) return environment.HF_HUB_CACHE;
  if (environment.HF_HOME) return join(environment.HF_HOME, 'hub');
  return join(environment.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'huggingface', 'hub');
}

function diskCheck(name: string, folder: string): Check {
  try {
    const disk = statfsSync(existingFolder(folder));
    const free = disk.bavail * disk.bsize;
    const found = `${folder}, ${gibibytes(free)} free`;
    return free < 2 * gibi
      ? { name, state: 'note', found, fix: 'free some space: caches and checkpoints want a few GiB' }
      : { name, state: 'ok', found };
  } catch (error) {
    return { name, state: 'note', found: `${folder}: ${firstLine(error)}` };
  }
}

function existingFolder(folder: string): string {
  return existsSync(folder) || dirname(folder) === folder ? folder : existingFolder(dirname(folder));
}

/** A package's version, found from its entry file, as not every package lets its package.json be imported. */
function moduleVersion(name: string): string {
  for (let folder = dirname(require.resolve(name)); dirname(folder) !== folder; folder = dirname(folder)) {
    const file = join(folder, 'package.json');
    if (!existsSync(file)) continue;
    const content = JSON.parse(readFileSync(file, 'utf8')) as { name?: string; version?: string };
    if (content.name === name && content.version !== undefined) return content.version;
  }
  return 'of unknown version';
}

function firstLine(error: unknown): string {
  return messageOf(error).split('\n')[0]?.trim() ?? '';
}

const gibi = 2 ** 30;

function gibibytes(bytes: number): string {
  return `${(bytes / gibi).toFixed(1)} GiB`;
}
