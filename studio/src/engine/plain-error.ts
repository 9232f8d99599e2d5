// Errors on their way from a worker to the page: only text and name survive that, so the name says what kind it is.
import { isDuetError, messageOf } from '../../../src/errors.ts';

export type ProblemKind = 'user' | 'memory' | 'GPU' | 'storage' | 'fault';

/** What went wrong, as the page tells it. */
export type Problem = { readonly kind: ProblemKind; readonly message: string };

/** The kind of an error, wherever it was thrown. */
export function problemOf(error: unknown): Problem {
  const message = messageOf(error);
  const name = error instanceof Error ? error.name : '';
  const stated = /^problem: (\w[\w ]*)$/.exec(name)?.[1];
  if (stated) return { kind: stated as ProblemKind, message };
  if (/provider "webgpu"/.test(message)) return { kind: 'GPU', message };
  if (isDuetError(error)) return { kind: 'user', message };
  if (name === 'QuotaExceededError' || /quota/i.test(message)) return { kind: 'storage', message };
  if (
    /out of memory|bad_alloc|memory access out of bounds|Array buffer allocation|Aborted\(|failed to allocate|invalid array length/i.test(
      message,
    )
  )
    return { kind: 'memory', message };
  if (/webgpu|GPUDevice|device (?:is |was )?lost|GPUBuffer/i.test(message)) return { kind: 'GPU', message };
  return { kind: 'fault', message };
}

type Methods = Record<string, (...values: never[]) => unknown>;

/** The same functions, whose errors keep their kind across the border. */
export function plainErrors<Functions extends Methods>(functions: Functions): Functions {
  const wrapped = Object.entries(functions).map(([name, run]) => [
    name,
    async (...values: never[]) => {
      try {
        return await run(...values);
      } catch (error) {
        const { kind, message } = problemOf(error);
        const plain = new Error(message);
        plain.name = `problem: ${kind}`;
        throw plain;
      }
    },
  ]);
  return Object.fromEntries(wrapped) as Functions;
}
