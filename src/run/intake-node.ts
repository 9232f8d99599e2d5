// A system's intake together with where Node's processes and threads find it.
import type { Intake, Json } from '../data/intake.ts';
import type { IntakeOrigin } from '../data/intake-origin-node.ts';
import type { Known, OpenSystem, System, SystemSettings } from '../systems/system.ts';
import { intakeArgument } from './open-intake.ts';

export function intakeOf(
  system: Pick<System, 'name'>,
  { intake }: Pick<OpenSystem, 'intake'>,
  settings: SystemSettings,
  known: Known,
): { readonly intake: Intake; readonly origin: IntakeOrigin } {
  const module = new URL('./open-intake.js', import.meta.url).href;
  return { intake, origin: { module, argument: intakeArgument(system, settings, known) as unknown as Json } };
}
