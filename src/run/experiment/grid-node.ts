// What an experiment compares: a file of named variants, each a recipe with changes, brought to full settings before
// anything runs.
import { basename, dirname, extname, resolve } from 'node:path';
import * as z from 'zod';
import { type LayoutName, layoutNames } from '../../data/dataset.ts';
import { DuetError } from '../../errors.ts';
import { kindOfPath, readJsonClearly } from '../../files/read-clearly-node.ts';
import { checkSchema } from '../../files/schema-error.ts';
import { recipeNamed, recipeNames } from '../../systems/registry.ts';
import type { SystemSettings } from '../../systems/system.ts';
import { placed, settingFields, withChanges } from '../../train/setting-fields.ts';
import { trainingFields } from '../../train/settings.ts';
import type { InputSize } from '../../weights/backbone.ts';

const side = z.int().positive();
const objectSchema = z.record(z.string(), z.unknown());

const sharedSchema = (recipes: readonly string[]) => ({
  recipe: z.enum(recipes).optional(),
  /** Changes of the recipe: any key of a training configuration, those of the model under `model`. */
  options: objectSchema.optional(),
  data: z.string().min(1).optional(),
  layout: z.enum(layoutNames).optional(),
  splitFile: z.string().min(1).optional(),
  backbone: z.string().min(1).optional(),
  imageSize: z.union([side, z.tuple([side, side])]).optional(),
  /** Of the training clips that a run learns from; several make a variant of each. */
  trainShares: z.array(z.number().positive().max(1)).min(1).optional(),
});

const fileSchema = {
  name: z.string().min(1).optional(),
  seeds: z.array(trainingFields.seed).min(1),
  /** Of cross-validation over the training and validation clips, for each seed. */
  folds: z.int().min(3).max(20).optional(),
  /** The variant that the others are compared with; by default the first. */
  baseline: z.string().optional(),
  variants: objectSchema,
};

export type Variant = {
  readonly name: string;
  /** As the file names it: without the share. */
  readonly curve: string;
  /** Of the training clips that it learns from. */
  readonly trainShare: number;
  /** Which variant it is compared with. */
  readonly baseline: string;
  readonly data: string;
  readonly layout: LayoutName | undefined;
  readonly splitFile: string | undefined;
  readonly backbone: string | undefined;
  readonly imageSize: InputSize | undefined;
  /** With any seed; each run has its own. */
  readonly training: SystemSettings;
};

export type Grid = {
  readonly name: string;
  readonly seeds: readonly number[];
  /** Of cross-validation; undefined where the data's own splits hold. */
  readonly folds: number | undefined;
  readonly baseline: string;
  readonly variants: readonly Variant[];
};

export type GridOptions = {
  /** Wins over every data set that the file names. */
  readonly data?: string | undefined;
  /** The same for backbones. */
  readonly backbone?: string | undefined;
  /** Wins over the file's. */
  readonly seeds?: readonly number[] | undefined;
};

/**
 * Reads an experiment. Paths in it are relative to the file's folder.
 * @throws DuetError for a file that is not as it should be: unknown keys, wrong values, no data, a baseline that is no
 * variant.
 */
export async function readGrid(file: string, options: GridOptions = {}): Promise<Grid> {
  const shared = sharedSchema(await recipeNames());
  const given = checkSchema(z.strictObject({ ...shared, ...fileSchema }), await readJsonClearly(file), file);
  const folder = dirname(resolve(file));
  const names = Object.keys(given.variants);
  const [first] = names;
  if (first === undefined) throw new DuetError(`${file} has no variants; name at least one under 'variants'.`);
  const baseline = given.baseline ?? first;
  if (!names.includes(baseline))
    throw new DuetError(
      `${file} names the baseline '${baseline}', which is none of its variants; give one of ${names.join(', ')}.`,
    );
  const variants: Variant[] = [];
  for (const name of names) {
    // Names become folders.
    if (!/^[\p{L}\p{N}][\p{L}\p{N} ._-]*$/u.test(name))
      throw new DuetError(
        `${file} has a variant called '${name}'; name it with letters, digits, spaces, dots, dashes and underscores.`,
      );
    const what = `${file}, variant '${name}',`;
    const own = checkSchema(z.strictObject(shared), given.variants[name], what);
    const data = own.data ?? given.data;
    if (options.data === undefined && data === undefined)
      throw new DuetError(`${what} has no data; name it under 'data', or give --data.`);
    const imageSize = own.imageSize ?? given.imageSize;
    const splitFile = own.splitFile ?? given.splitFile;
    const common: Omit<Variant, 'name' | 'curve' | 'trainShare' | 'baseline'> = {
      layout: own.layout ?? given.layout,
      data: options.data ?? resolve(folder, data!),
      splitFile: splitFile === undefined ? undefined : resolve(folder, splitFile),
      backbone: options.backbone ?? (await backboneFrom(folder, own.backbone ?? given.backbone)),
      imageSize: typeof imageSize === 'number' ? [imageSize, imageSize] : imageSize,
      training: await trainingOf(own.recipe ?? given.recipe, given.options, own.options, what),
    };
    for (const trainShare of sharesOf(own) ?? sharesOf(given) ?? [1])
      variants.push({
        ...{ ...common, name: atShare(name, trainShare), curve: name, trainShare },
        baseline: atShare(baseline, trainShare),
      });
  }
  const seeds = [...new Set(options.seeds ?? given.seeds)];
  return { name: given.name ?? basename(file, extname(file)), seeds, folds: given.folds, baseline, variants };
}

function sharesOf({
  trainShares,
}: {
  readonly trainShares?: readonly number[] | undefined;
}): readonly number[] | undefined {
  return trainShares && [...new Set(trainShares)];
}

/** A variant's name with the share of training clips that it learns from, where that is not all of them. */
function atShare(name: string, share: number): string {
  return share === 1 ? name : `${name} at ${share}`;
}

/** A path beside the file if there is something, else a name that openBackbone knows. */
async function backboneFrom(folder: string, backbone: string | undefined): Promise<string | undefined> {
  if (backbone === undefined) return undefined;
  const path = resolve(folder, backbone);
  return (await kindOfPath(path)) === undefined ? backbone : path;
}

type Options = Readonly<Record<string, unknown>>;

async function trainingOf(
  recipe: string | undefined,
  common: Options = {},
  own: Options = {},
  what: string,
): Promise<SystemSettings> {
  for (const key of ['recipe', 'seed'])
    if (key in common || key in own)
      throw new DuetError(
        `${what} has '${key}' among its options; give it beside them${key === 'seed' ? ", under 'seeds'" : ''}.`,
      );
  const { system, settings } = await recipeNamed(recipe);
  const fields = settingFields(system.settings);
  const changed = withChanges(withChanges(settings, placed(fields, common)), placed(fields, own));
  return system.coherent(checkSchema(system.settings, changed, what));
}
