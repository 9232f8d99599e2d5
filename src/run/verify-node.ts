// Does Duet compute what a reference run computed? Every number of the run, group by group.
import { DuetError } from '../errors.ts';
import { readFileClearly } from '../files/read-clearly-node.ts';
import { readSafetensors } from '../files/safetensors.ts';
import type { SessionOptions } from '../runtime/session.ts';
import { nodeSessions } from '../runtime/session-node.ts';
import { stoppableSessions } from '../runtime/stoppable-sessions.ts';
import { goldenRuns } from '../systems/registry.ts';
import type { ComparedGroup, Comparison } from '../train/comparison.ts';

/** One kind of tensors of a reference run: the largest difference, and what is allowed. */
export type VerifiedGroup = {
  readonly name: ComparedGroup;
  /** The largest relative error in the group, and the tensor it was found in. */
  readonly error: number;
  readonly worst: string;
  readonly tolerance: number;
  readonly compared: number;
  readonly passed: boolean;
};

/** A reference run repeated and compared. */
export type Verification = {
  readonly file: string;
  /** The system whose run it is. */
  readonly system: string;
  readonly groups: readonly VerifiedGroup[];
  readonly passed: boolean;
};

const tolerances = {
  outputs: 1e-5,
  losses: 1e-5,
  attention: 1e-5,
  gradients: 1e-4,
  trajectory: 1e-4,
  parameters: 1e-3,
  metrics: 1e-4,
};

/**
 * Repeats a reference run of any system: one forward and backward pass, then five steps of Adam on the same batch.
 * Outputs, losses, attention and the trajectory are compared by largest difference over largest value, gradients and
 * parameters by norm of the difference over norm.
 * @throws DuetError when the file is no such run, and the signal's reason when it is aborted.
 */
export async function verifyFile(path: string, session?: SessionOptions, signal?: AbortSignal): Promise<Verification> {
  const bytes = await readFileClearly(path);
  const { metadata } = readSafetensors(bytes, path);
  // The first system takes whatever does not say of which it is.
  const found = (await goldenRuns()).findLast(({ golden }) => golden.reads(metadata));
  if (!found)
    throw new DuetError(
      `${path} is no reference run of a system that Duet compares; name files as docs/formats.md describes them.`,
    );
  const openSession = stoppableSessions(nodeSessions(session), signal);
  return judged(path, found.system, await found.golden.compare(bytes, path, openSession));
}

function judged(file: string, system: string, all: readonly Comparison[]): Verification {
  const names = [...new Set(all.map(({ group }) => group))];
  const groups = names.map((name): VerifiedGroup => {
    const comparisons = all.filter(({ group }) => group === name);
    // A number that is not finite is the worst there can be, and compares false with everything.
    const worst = comparisons.reduce((a, b) => (Number.isNaN(b.error) || b.error > a.error ? b : a));
    const tolerance = tolerances[name];
    return {
      name,
      error: worst.error,
      worst: worst.name,
      tolerance,
      compared: comparisons.length,
      passed: worst.error <= tolerance,
    };
  });
  return { file, system, groups, passed: groups.length > 0 && groups.every(({ passed }) => passed) };
}
