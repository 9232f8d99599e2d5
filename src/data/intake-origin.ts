// Where another process or thread finds the same intake: a module that layers above this one name, and what it needs.
import type { Intake, Json } from './intake.ts';

/** Plain data, so that processes and threads can be given it. */
export type IntakeOrigin = {
  /** The URL of a compiled module with a function `openIntake` from `argument` to an intake. */
  readonly module: string;
  readonly argument: Json;
};

type IntakeModule = { readonly openIntake: (argument: Json) => Intake | Promise<Intake> };

/** The intake again, in this process or thread. */
export async function intakeFrom({ module, argument }: IntakeOrigin): Promise<Intake> {
  const { openIntake } = (await import(module)) as IntakeModule;
  return openIntake(argument);
}
