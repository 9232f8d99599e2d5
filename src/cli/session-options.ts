// The machine's options as the runtime takes them.
import type { Provider, SessionOptions } from '../runtime/session.ts';
import type { machineSettings } from './common-settings.ts';
import type { Context } from './context.ts';
import type { Progress } from './progress.ts';
import type { ValuesOf } from './setting.ts';
import { readTunedSettings, tunedText } from './tuned-settings.ts';

type MachineSettings = ValuesOf<typeof machineSettings>;
type Tuned = ReturnType<typeof readTunedSettings>;

/** With 'auto' the choice is the runtime's. What was tuned for this machine's processor holds where nothing else is said. */
export function sessionOptions({ provider, threads: given, precision }: MachineSettings, tuned?: Tuned): SessionOptions {
  const name: Provider | undefined = provider === 'auto' ? undefined : provider === 'directml' ? 'dml' : provider;
  const threads = given ?? (isProcessor(provider) ? tuned?.threads : undefined);
  return { ...(name !== undefined && { provider: name }), ...(threads !== undefined && { threads }), precision };
}

/** What `duet doctor --tune` found, if it applies here; says so. */
export function tunedFor(settings: MachineSettings, { environment }: Context, progress: Progress): Tuned {
  const tuned = settings.threads === undefined && isProcessor(settings.provider) ? readTunedSettings(environment) : undefined;
  if (tuned) progress.note(`With ${tunedText(tuned)}, as duet doctor --tune found best here.`);
  return tuned;
}

function isProcessor(provider: MachineSettings['provider']): boolean {
  return provider === 'auto' || provider === 'cpu';
}
