// Who is measured: Duet, and the other engines that are found on this machine.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { packageEntry } from './peers/load-package.ts';
import type { Job } from './protocol.ts';
import type { Command } from './side.ts';

export type Contestant = {
  readonly name: string;
  readonly variant: string;
  readonly jobs: readonly Job['kind'][];
  /** How it is started, or why it is not here. */
  readonly found: Command | { readonly absent: string };
  /** How far its numbers may lie from Duet's, as a share of the largest. */
  readonly tolerance: number;
  /** Whether it is too slow to start for a quick look. */
  readonly isSlow?: boolean;
};

const built = dirname(fileURLToPath(import.meta.url));
const script = (name: string): Command => ({ program: process.execPath, args: [`${built}/${name}`] });

const exact = 1e-3;
/**
 * bfloat16 keeps fewer than three digits, which twelve blocks spread, eight bits fewer still; that the network is the
 * same, fp32 has shown.
 */
const coarse = 0.5;

export const duetName = 'Duet';
export const int8Name = 'Duet int8';
export const eagerName = 'PyTorch eager fp32';
export const eagerBf16Name = 'PyTorch eager bf16';

export async function findContestants(): Promise<readonly Contestant[]> {
  const torch = await findTorch();
  const npm = (name: string, file: string) =>
    isInstalled(name)
      ? script(`peers/${file}`)
      : { absent: `${name} is not installed (npm install --prefix bench/peers)` };
  const pytorch = (name: string, variant: string, rest: Partial<Contestant> = {}): Contestant => ({
    ...{
      name: `PyTorch ${name}`,
      variant,
      jobs: ['predict', 'step', 'features', 'product'],
      found: torch,
      tolerance: exact,
    },
    ...rest,
  });
  return [
    { name: duetName, variant: '', jobs: ['predict', 'step', 'features'], found: script('duet-side.js'), tolerance: 0 },
    {
      ...{ name: int8Name, variant: 'int8', jobs: ['predict', 'step'], tolerance: coarse },
      found: script('duet-side.js'),
    },
    pytorch('eager fp32', 'eager fp32'),
    // MKL, which PyTorch takes by default, leaves AMD's CPUs their widest vectors unused; oneDNN, which it has
    // too, does not.
    pytorch('eager fp32, oneDNN', 'eager fp32 onednn', { jobs: ['predict', 'step', 'product'] }),
    pytorch('compile fp32', 'compile fp32', { isSlow: true }),
    pytorch('eager bf16', 'eager bf16', { tolerance: coarse }),
    pytorch('compile bf16', 'compile bf16', { tolerance: coarse, isSlow: true }),
    {
      ...{ name: 'transformers.js', variant: '', jobs: ['features'], tolerance: exact },
      found: npm('@huggingface/transformers', 'transformers-side.js'),
    },
    {
      ...{ name: 'tfjs-wasm', variant: '', jobs: ['features'], tolerance: exact, isSlow: true },
      found: npm('@tensorflow/tfjs-backend-wasm', 'tfjs-side.js'),
    },
  ];
}

function isInstalled(name: string): boolean {
  try {
    return existsSync(packageEntry(name));
  } catch {
    return false;
  }
}

/** The Python that has PyTorch: DUET_BENCH_PYTHON, or that of the virtual environment bench/peers/venv. */
async function findTorch(): Promise<Contestant['found']> {
  const python = process.env.DUET_BENCH_PYTHON ?? resolve('bench/peers/venv/bin/python');
  if (!existsSync(python))
    return {
      absent: 'PyTorch is not installed (bench/peers/requirements.txt in bench/peers/venv, or DUET_BENCH_PYTHON)',
    };
  try {
    await promisify(execFile)(python, ['-c', 'import torch']);
  } catch {
    return { absent: 'the Python of DUET_BENCH_PYTHON or bench/peers/venv cannot import torch' };
  }
  // What torch.compile has compiled is kept between benches.
  const env = { PYTHONUNBUFFERED: '1', TORCHINDUCTOR_CACHE_DIR: resolve('bench/.cache/inductor') };
  return { program: python, args: [resolve('bench/peers/torch_side.py')], env };
}
