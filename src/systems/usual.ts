// What most systems have alike, so that each says only what is its own.
import * as z from 'zod';
import { epochCharts, usualCharts } from '../train/epoch-charts.ts';
import { settingMeta } from '../train/setting-fields.ts';
import { trainingFields } from '../train/settings.ts';
import type { ClipStage, OpenSystem, System, SystemSettings } from './system.ts';

/** The given members that are not usual, and those of the usual ones that are to be otherwise. */
type Changed<Whole, Usual extends keyof Whole> = Omit<Whole, Usual> & Partial<Pick<Whole, Usual>>;

/**
 * The fields that the settings of all systems have.
 * @param missing what becomes of a file without picture or without sound, for the help.
 */
export function usualFields<const Names extends readonly [string, ...string[]]>(recipes: Names, missing: string) {
  const help = `a file without picture or without sound: ${missing}`;
  return {
    recipe: z.enum(recipes).meta({ help: 'the recipe that these settings began as' }),
    missing: z.enum(['error', 'zero']).meta(settingMeta('Input')('--missing <what>', help)),
    ...trainingFields,
  };
}

/** A stage on clips that trains all parameters, on rows that hold inputs and targets by the model's names. */
export function clipStage(given: Changed<Omit<ClipStage, 'on'>, 'trains' | 'stepBatch'>): ClipStage {
  return {
    on: 'clips',
    trains: () => true,
    stepBatch: ({ arrays }) => ({ inputs: arrays, targets: arrays }),
    ...given,
  };
}

/** A system that decides by nothing but its parameters, of which those of the folded model are kept as they are. */
export function openSystem<Answer, Result, Options>(
  given: Changed<OpenSystem<Answer, Result, Options>, 'fold' | 'decision' | 'extras'>,
): OpenSystem<Answer, Result, Options> {
  return {
    fold: (trained) => new Map([...given.folded.parameters.keys()].map((name) => [name, trained.get(name)!])),
    decision: {},
    extras: { always: [], shown: [] },
    ...given,
  };
}

/**
 * A system whose settings go together as they are, whose results know no options, and whose charts are the usual ones.
 */
export function system<Settings extends SystemSettings, Answer, Result, Options = object>(
  given: Changed<System<Settings, Answer, Result, Options>, 'coherent' | 'resultOptions' | 'curves'>,
): System<Settings, Answer, Result, Options> {
  return {
    coherent: (settings) => settings,
    resultOptions: z.object({}) as unknown as z.ZodType<Options>,
    curves: (history, kept) => epochCharts(history, kept, usualCharts(given.metrics)),
    ...given,
  };
}
