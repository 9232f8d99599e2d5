// What computes where nothing is said: the provider that trains fastest here, of those that train as the CPU
// does. Tried once.

import { openProcessPool } from '../data/process-pool-node.ts';
import { messageOf } from '../errors.ts';
import { differenceOf, type ProviderTrial } from '../run/try-provider-node.ts';
import { type NodeProvider, nodeProviders, providerName } from '../runtime/provider.ts';
import { isCompiled } from '../threads/is-compiled.ts';
import { probeProvider } from './provider-probe.ts';

/** What a provider took, or why it is out. */
export type Outcome = { readonly trial: ProviderTrial } | { readonly problem: string };

type Tried = { readonly provider: NodeProvider } & Outcome;

export type ProviderChoice = {
  readonly provider: NodeProvider;
  /** For people: the CPU, webgpu. */
  readonly name: string;
  /** Why. */
  readonly text: string;
};

/** Preparing a graph for a GPU may take a while, for one imitated in software minutes. */
const patienceMs = 30_000;
/** Another provider rounds differently and starts later, so it has to be worth it. */
const worthwhile = 0.8;

/**
 * Tries what ONNX Runtime was built with. Without another provider that works, this takes a moment.
 * @returns undefined when run from TypeScript sources, where there is no process to try in.
 */
export async function tryProviders(signal: AbortSignal): Promise<ProviderChoice | undefined> {
  if (!isCompiled) return undefined;
  const { listSupportedBackends } = await import('onnxruntime-node');
  const built = listSupportedBackends().map(({ name }) => name);
  const others = nodeProviders.filter((provider) => provider !== 'cpu' && built.includes(provider));
  const tried: Tried[] = [];
  const working: NodeProvider[] = [];
  for (const provider of others) {
    signal.throwIfAborted();
    const problem = await probeProvider(provider);
    if (problem === undefined) working.push(provider);
    else tried.push({ provider, problem });
  }
  if (working.length === 0) return fastest({ milliseconds: 0, losses: [] }, tried);
  const pool = openProcessPool<NodeProvider, Outcome>({
    ...{ script: new URL('./provider-trial-process.js', import.meta.url), processes: 1, patienceMs },
    crashed: (how) => ({ problem: how === 'SIGKILL' ? 'not ready within half a minute' : `it crashed, ${how}` }),
  });
  const run = (provider: NodeProvider) =>
    pool.run(provider).catch((error: unknown): Outcome => ({ problem: messageOf(error) }));
  const stop = () => pool.close();
  signal.addEventListener('abort', stop);
  try {
    const processor = await run('cpu');
    for (const provider of working) tried.push({ provider, ...(await run(provider)) });
    return 'trial' in processor ? fastest(processor.trial, tried) : undefined;
  } finally {
    signal.removeEventListener('abort', stop);
    pool.close();
    signal.throwIfAborted();
  }
}

/** The CPU, unless another is much faster and has its losses; and what to say of all. */
export function fastest(processor: ProviderTrial, tried: readonly Tried[]): ProviderChoice {
  const judged = tried.map((one): Tried => {
    const problem = 'trial' in one ? differenceOf(one.trial, processor) : undefined;
    return problem === undefined ? one : { provider: one.provider, problem };
  });
  const right = judged.filter((one) => 'trial' in one).sort((a, b) => a.trial.milliseconds - b.trial.milliseconds);
  const [best] = right;
  const provider = best && best.trial.milliseconds < worthwhile * processor.milliseconds ? best.provider : 'cpu';
  const others = judged.map((one) =>
    'trial' in one
      ? `${providerName(one.provider)} ${took(one.trial)}`
      : `${providerName(one.provider)} cannot be used (${one.problem})`,
  );
  return {
    provider,
    name: spoken(provider),
    text: [...(best ? [`the CPU ${took(processor)}`] : []), ...others].join(', '),
  };
}

/** Why a provider that was chosen once does not compute now, or undefined. */
export async function whyUnusable(provider: NodeProvider): Promise<string | undefined> {
  const problem = await probeProvider(provider);
  return problem && `${providerName(provider)}, which was fastest here, cannot be used (${problem})`;
}

function spoken(provider: NodeProvider): string {
  return provider === 'cpu' ? 'the CPU' : providerName(provider);
}

function took({ milliseconds }: ProviderTrial): string {
  return `${milliseconds.toFixed(0)} ms a training step`;
}
