// The machine's options as the runtime takes them.
import type { NodeProvider, SessionOptions } from '../runtime/session.ts';
import type { machineSettings } from './common-settings.ts';
import type { Context } from './context.ts';
import type { Progress } from './progress.ts';
import type { ValuesOf } from './setting.ts';
import { type MachineEntry, readTunedSettings, tunedText, writeTunedSettings } from './tuned-settings.ts';

type MachineSettings = ValuesOf<typeof machineSettings>;

/** What is known of this machine holds where nothing else is said. */
export function sessionOptions(
  { provider: given, threads, precision }: MachineSettings,
  known: MachineEntry = {},
): SessionOptions {
  const named: NodeProvider | undefined = given === 'auto' ? undefined : given === 'directml' ? 'dml' : given;
  const provider = named ?? known.provider;
  const ofProcessor = (provider ?? 'cpu') === 'cpu' ? known : {};
  return { provider, threads: threads ?? ofProcessor.threads, activationBytes: ofProcessor.activationBytes, precision };
}

/**
 * What of this machine's entry applies here; says so.
 * - `tries`: long work, for which providers are tried if they never were.
 * - `starts at once`: work that another provider than the CPU would begin later than the CPU ends it.
 */
export async function knownOf(
  settings: MachineSettings,
  { environment, signal }: Context,
  progress: Progress,
  work: 'tries' | 'takes what is known' | 'starts at once',
): Promise<MachineEntry> {
  const entry = readTunedSettings(environment) ?? {};
  // Eight bits are for the CPU.
  const isOpen = settings.provider === 'auto' && settings.precision === 'float32' && work !== 'starts at once';
  const provider = isOpen ? await providerOf(entry, environment, signal, progress, work === 'tries') : undefined;
  if (provider !== undefined && provider !== 'cpu') return { provider };
  if (settings.threads !== undefined || (settings.provider !== 'auto' && settings.provider !== 'cpu')) return {};
  const { threads, activationBytes } = entry;
  if (threads === undefined) return {};
  progress.note(`With ${tunedText({ threads, activationBytes })}, as duet doctor --tune found best here.`);
  return { threads, activationBytes };
}

async function providerOf(
  { provider }: MachineEntry,
  environment: Context['environment'],
  signal: AbortSignal,
  progress: Progress,
  mayTry: boolean,
): Promise<NodeProvider | undefined> {
  if (provider === 'cpu' || (provider === undefined && !mayTry)) return provider;
  const { tryProviders, whyUnusable } = await import('./choose-provider.ts');
  if (provider !== undefined) {
    const problem = await whyUnusable(provider);
    if (problem === undefined) return provider;
    progress.note(`${problem}; on the CPU instead.`);
    return 'cpu';
  }
  const phase = progress.begin('trying what computes fastest here');
  const choice = await tryProviders(signal);
  if (choice === undefined) {
    progress.end();
    return undefined;
  }
  phase.finish(`Computing on ${choice.name}, from now on: ${choice.text}. "duet doctor --tune" tries again.`);
  // Not kept, it is tried again next time.
  await writeTunedSettings({ provider: choice.provider }, environment).catch(() => undefined);
  return choice.provider;
}
