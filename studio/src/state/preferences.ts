// What the user has chosen for this browser.
import { effect, signal } from '@preact/signals';
import type { ComputePreference } from '../engine/compute.ts';

export type Theme = 'system' | 'light' | 'dark';

function kept<Value extends string>(key: string, values: readonly Value[], fallback: Value) {
  const name = `duet-studio.${key}`;
  const stored = localStorage.getItem(name) as Value | null;
  const chosen = signal<Value>(stored !== null && values.includes(stored) ? stored : fallback);
  effect(() => localStorage.setItem(name, chosen.value));
  return chosen;
}

export const themes = ['system', 'light', 'dark'] as const satisfies readonly Theme[];
export const theme = kept('theme', themes, 'system');

export const computePreferences = ['automatic', 'GPU', 'CPU'] as const satisfies readonly ComputePreference[];
export const computePreference = kept('compute', computePreferences, 'automatic');

export const efforts = ['quick', 'standard', 'thorough'] as const;
export type Effort = (typeof efforts)[number];
export const effort = kept('effort', efforts, 'standard');
/** What each may take, in seconds. */
export const effortSeconds: Readonly<Record<Effort, number>> = { quick: 120, standard: 540, thorough: 1800 };

effect(() => {
  if (theme.value === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme.value;
});
