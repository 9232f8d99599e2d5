// Short messages at the foot of the page, some with one thing to do about them.
import { signal } from '@preact/signals';
import { type Problem, problemOf } from '../engine/plain-error.ts';

export type Notice = {
  readonly id: number;
  readonly kind: 'note' | 'problem';
  readonly text: string;
  readonly action?: { readonly label: string; run(): void };
};

export const notices = signal<readonly Notice[]>([]);
let next = 1;

/** Notes go by themselves; problems stay until they are dismissed. */
export function notify(text: string, action?: Notice['action'], kind: Notice['kind'] = 'note'): void {
  const id = next++;
  const others = notices.value.filter((notice) => notice.text !== text && notice.kind === 'problem').slice(-2);
  notices.value = [...others, { id, kind, text, ...(action && { action }) }];
  if (kind === 'note') setTimeout(() => dismiss(id), action ? 8000 : 5000);
}

export function dismiss(id: number): void {
  notices.value = notices.value.filter((notice) => notice.id !== id);
}

/** Tells what went wrong, in words that say what to do. */
export function notifyProblem(error: unknown, action?: Notice['action']): Problem {
  const problem = problemOf(error);
  notify(sentenceFor(problem), action, 'problem');
  return problem;
}

/** One sentence for people: what is wrong and the way on. */
export function sentenceFor({ kind, message }: Problem): string {
  if (kind === 'memory')
    return 'This page ran out of memory; close other tabs, or train with fewer examples or a smaller backbone. What is stored is safe.';
  if (kind === 'GPU') return 'The GPU cannot go on; from here the CPU computes, from where it was.';
  if (kind === 'storage')
    return 'The browser gives this page no more room; delete some examples or free space on the disk.';
  if (kind === 'fault')
    return `Something went wrong that should not (${message}); load the page again. What is stored is safe.`;
  // The command line's options mean nothing here.
  return message.replace(/ \(--[a-z-]+\)/g, '').replace(/[,;][^,;]*--[a-z-]+[^,;.]*/g, '');
}
