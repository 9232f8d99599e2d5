// How many attention heads published vision transformers have: tensors do not tell, and timm's config.json names only
// the architecture. Widths and heads of Dosovitskiy et al. 2021, table 1, Zhai et al. 2022 (arXiv 2106.04560), table 2,
// and of the sizes that timm adds.

type Size = { readonly width: number; readonly heads: number };

/** By the word that names the size in timm's architectures: vit_SIZE_patch16_224, deit_SIZE_..., flexivit_SIZE. */
const sizes = {
  tiny: { width: 192, heads: 3 },
  xsmall: { width: 256, heads: 4 },
  little: { width: 320, heads: 5 },
  small: { width: 384, heads: 6 },
  medium: { width: 512, heads: 8 },
  betwixt: { width: 640, heads: 10 },
  base: { width: 768, heads: 12 },
  so150m: { width: 896, heads: 14 },
  large: { width: 1024, heads: 16 },
  so400m: { width: 1152, heads: 16 },
  huge: { width: 1280, heads: 16 },
  giant: { width: 1408, heads: 16 },
  gigantic: { width: 1664, heads: 16 },
};

/** timm's models for tests. */
const testModels = {
  test_vit: { width: 64, heads: 2 },
  test_vit2: { width: 64, heads: 2 },
  test_vit3: { width: 96, heads: 3 },
  test_vit4: { width: 96, heads: 3 },
};

const published: ReadonlyMap<string, Size> = new Map(Object.entries({ ...sizes, ...testModels }));

/** Widths of which all published plain ViTs have as many heads, so that a file without a config can be read. */
const settledWidths: ReadonlySet<number> = new Set([192, 384, 768, 1024, 1280]);

/**
 * The heads of the architecture of that name, as timm's config.json or a file's metadata gives it; without a name those
 * of the published ViTs of that width. Undefined where nothing published tells, or the name is of another width.
 */
export function publishedHeads(architecture: string | undefined, width: number): number | undefined {
  if (architecture === undefined)
    return settledWidths.has(width) ? Object.values(sizes).find((size) => size.width === width)?.heads : undefined;
  const word = /^(?:vit|deit|flexivit|eva)_([a-z0-9]+)(?:_|$)/.exec(architecture)?.[1] ?? '';
  const [size] = [architecture, word].flatMap((name) => published.get(name) ?? []);
  return size?.width === width ? size.heads : undefined;
}
