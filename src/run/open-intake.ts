// The intake of a system in a process, thread or worker of its own, from plain data.
import type { Intake, Json } from '../data/intake.ts';
import { systemNamed } from '../systems/registry.ts';
import type { Known, OpenSystem, System, SystemSettings } from '../systems/system.ts';
import type { BackboneConfig } from '../weights/backbone.ts';

/** What decides an intake. */
export type IntakeArgument = {
  readonly system: string;
  readonly settings: SystemSettings;
  readonly known: Pick<Known, 'labels' | 'background' | 'decision'>;
  readonly backbone: { readonly config: BackboneConfig; readonly hash: string; readonly source: string };
};

export function intakeArgument(
  { name: system }: Pick<System, 'name'>,
  settings: SystemSettings,
  { labels, background, decision, backbone }: Known,
): IntakeArgument {
  const { config, hash, source } = backbone;
  return { system, settings, known: { labels, background, decision }, backbone: { config, hash, source } };
}

/** The system without weights: for its intake, and for what it shows of readings. */
export async function openWithoutWeights({ system, settings, known, backbone }: IntakeArgument): Promise<OpenSystem> {
  return (await systemNamed(system)).open(settings, { ...known, backbone: { ...backbone, weights: new Map() } });
}

/** @param argument an IntakeArgument that came as JSON. */
export async function openIntake(argument: Json): Promise<Intake> {
  return (await openWithoutWeights(argument as unknown as IntakeArgument)).intake;
}
