// What was found best on a machine by trying, kept for later commands: one file for a user, one entry for each kind of
// machine, as a home folder may be shared by several.
import { readFileSync } from 'node:fs';
import { arch, cpus, homedir, platform } from 'node:os';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { ensureFolder, writeFileAtomic } from '../files/write-atomic-node.ts';
import type { TunedSettings } from '../run/tune-node.ts';
import { nodeProviders } from '../runtime/provider.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const entrySchema = z.object({
  threads: z.number().int().min(1).optional(),
  activationBytes: z.number().min(1).optional(),
  provider: z.enum(nodeProviders).optional(),
});

/** What is known of a machine; `provider` computes where nothing else is said. */
export type MachineEntry = Readonly<z.infer<typeof entrySchema>>;

const fileSchema = z.object({ version: z.literal(1), machines: z.record(z.string(), entrySchema) });

/** `$DUET_CONFIG/tuned.json`, else `$XDG_CONFIG_HOME/duet/tuned.json`, else `~/.config/duet/tuned.json`. */
export function tunedSettingsPath({ DUET_CONFIG, XDG_CONFIG_HOME }: Environment): string {
  return join(DUET_CONFIG || join(XDG_CONFIG_HOME || join(homedir(), '.config'), 'duet'), 'tuned.json');
}

/** Machines of one name are taken for alike. */
export function machineName(): string {
  return `${cpus()[0]?.model.trim() ?? 'unknown CPU'}, ${cpus().length} cores, ${platform()} ${arch()}`;
}

/**
 * Undefined where nothing was tuned; a file that cannot be read is as good as none, as nothing depends on it but speed.
 */
export function readTunedSettings(environment: Environment, machine = machineName()): MachineEntry | undefined {
  return readMachines(environment)[machine];
}

/** Adds to one machine's entry, or replaces what it says. Throws DuetError when the file cannot be written. */
export async function writeTunedSettings(
  settings: MachineEntry,
  environment: Environment,
  machine = machineName(),
): Promise<string> {
  const path = tunedSettingsPath(environment);
  await ensureFolder(dirname(path));
  const known = readMachines(environment);
  const machines = { ...known, [machine]: { ...known[machine], ...settings } };
  await writeFileAtomic(path, `${JSON.stringify({ version: 1, machines }, undefined, 1)}\n`);
  return path;
}

function readMachines(environment: Environment): Readonly<Record<string, MachineEntry>> {
  try {
    return fileSchema.parse(JSON.parse(readFileSync(tunedSettingsPath(environment), 'utf8'))).machines;
  } catch {
    return {};
  }
}

/** What is set, in words. */
export function tunedText({ threads, activationBytes }: TunedSettings): string {
  const chunk = activationBytes === undefined ? '' : `, chunks of ${activationBytes / 1e6} MB`;
  return `${threads} ${threads === 1 ? 'thread' : 'threads'}${chunk}`;
}
