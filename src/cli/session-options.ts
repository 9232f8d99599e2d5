// The machine's options as the runtime takes them.
import type { Provider, SessionOptions } from '../runtime/session.ts';
import type { machineSettings } from './common-settings.ts';
import type { ValuesOf } from './setting.ts';

/** With 'auto' the choice is the runtime's. */
export function sessionOptions({ provider, threads }: ValuesOf<typeof machineSettings>): SessionOptions {
  const name: Provider | undefined = provider === 'auto' ? undefined : provider === 'directml' ? 'dml' : provider;
  return { ...(name !== undefined && { provider: name }), ...(threads !== undefined && { threads }) };
}
