// The intake together with where Node's processes and threads find it.
import type { Intake, Json } from '../../data/intake.ts';
import type { IntakeOrigin } from '../../data/intake-origin-node.ts';
import { type MaAvtIntakeOptions, maAvtIntake } from './intake.ts';

export function intakeOf(options: MaAvtIntakeOptions): { readonly intake: Intake; readonly origin: IntakeOrigin } {
  const module = new URL('./open-intake.js', import.meta.url).href;
  return { intake: maAvtIntake(options), origin: { module, argument: options as unknown as Json } };
}
