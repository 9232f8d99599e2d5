// The intake for processes and threads, from plain data.
import type { Intake, Json } from '../../data/intake.ts';
import { type MaAvtIntakeOptions, maAvtIntake } from './intake.ts';

/** @param options a MaAvtIntakeOptions that came as JSON. */
export function openIntake(options: Json): Intake {
  return maAvtIntake(options as unknown as MaAvtIntakeOptions);
}
