// A frozen vision transformer from a file's tensors, whatever the file calls them:
// Dosovitskiy et al. 2021 (arXiv 2010.11929), pre-norm blocks, exact GELU, class token, learned position table.

import { DuetError } from '../errors.ts';
import { type NamedTensor, showShape } from '../files/safetensors.ts';
import { allFinite, joinFloat32, toFloat32 } from '../files/tensor-values.ts';
import {
  type BackboneWeightName,
  expectedShapes,
  type Geometry,
  type Naming,
  recogniseNaming,
} from './backbone-names.ts';
import { backboneSettings, type Triple } from './backbone-settings.ts';
import { type BackboneWeight, joinedWeight, readWhenAsked, staysInFile } from './backbone-weight.ts';
import { type ContentHash, createContentHash } from './content-hash.ts';
import { type Grid, resizePositionEmbeddings } from './position-embeddings.ts';
import { isWithoutEffect, whyNotPlain } from './unsupported-vit.ts';

/** The shape of a Vision Transformer. */
export type BackboneConfig = {
  readonly name: string;
  /** The side of the pictures it takes here, in pixels; their height where they are not square. */
  readonly imageSize: number;
  /** Height and width of the pictures it takes here, in pixels: multiples of the patch size. */
  readonly inputSize: readonly [height: number, width: number];
  /** Side of a patch in pixels. */
  readonly patchSize: number;
  /** Channels C of every token. */
  readonly width: number;
  /** Number of blocks. */
  readonly depth: number;
  readonly heads: number;
  readonly mlpWidth: number;
  readonly layerNormEpsilon: number;
  /** Of red, green and blue in [0, 1]: pixels enter as (x - mean) / std. */
  readonly mean: Triple;
  readonly std: Triple;
};

/** A frozen Vision Transformer: its shape, and its weights by timm's names. */
export type Backbone = {
  readonly config: BackboneConfig;
  /**
   * By timm's names and layouts; `pos_embed` is [1, 1 + P, C] for `config.inputSize`. `head.*` is there only if the
   * file has it.
   */
  readonly weights: ReadonlyMap<BackboneWeightName, BackboneWeight>;
  /** The same for the same weights and heads, whatever the file's naming, the input size, or the presence of a head. */
  readonly hash: string;
  /** Where it came from, for people. */
  readonly source: string;
};

export type { BackboneWeightName } from './backbone-names.ts';
export type { BackboneWeight } from './backbone-weight.ts';

/** Height and width in pixels, or the side of a square. */
export type InputSize = number | readonly [height: number, width: number];

/** The longest side of a model's pictures: a larger number in a file is damage, and would fill the memory. */
export const mostPixels = 4096;

/** The contents of a weights file and of the files beside it. */
export type BackboneFile = {
  /** What messages call it. */
  readonly name: string;
  readonly tensors: ReadonlyMap<string, NamedTensor>;
  readonly metadata?: Readonly<Record<string, string>>;
  /** The parsed config.json beside it, Hugging Face's or timm's. */
  readonly config?: unknown;
  /** The parsed preprocessor_config.json beside it. */
  readonly preprocessor?: unknown;
  /** Default: the name. */
  readonly source?: string;
  /**
   * The hash for so many heads, if these very files were read whole before: weights that stay in them are then not read
   * now.
   */
  readonly recall?: (heads: number) => string | undefined;
};

/** What is taken of a backbone otherwise than its files say. */
export type BackboneOptions = {
  /** Default: the size the position table was trained at; for any other the table is resized. */
  readonly imageSize?: InputSize | undefined;
  /** Default: as the files beside it say, else as the published architecture of that name or width has. */
  readonly heads?: number | undefined;
};

/**
 * A plain ViT of any width, depth and square patch, from timm's names or Hugging Face `ViTModel`'s (with or without
 * `vit.`, old and new), in float32, float64, float16 or bfloat16. Weights are views into the tensors where they can be;
 * large float32 weights of an opened file stay in it.
 * Relatives of the ViT, wrong or missing tensors and numbers that are not finite are DuetErrors that name what is
 * wrong.
 */
export function parseBackbone(file: BackboneFile, options: BackboneOptions = {}): Backbone {
  const { name, tensors, metadata = {} } = file;
  const relative = whyNotPlain(tensors.keys());
  if (relative)
    throw new DuetError(
      `${name} is not a plain ViT: ${relative.reason} ('${relative.tensor}'); choose another backbone.`,
    );
  const naming = recogniseNaming(tensors);
  if (!naming) {
    throw new DuetError(
      `${name} holds no ViT in timm's or Hugging Face ViTModel's naming (its first tensor: ${firstOf(tensors)}).`,
    );
  }
  const geometry = measure(name, tensors, naming);
  const settings = backboneSettings({ ...file, metadata, naming, geometry, heads: options.heads });
  const hash = createContentHash();
  hash.text(`heads ${settings.heads}`);
  const known = file.recall?.(settings.heads);
  const weights = readWeights(name, tensors, naming, geometry, hash, known !== undefined);

  const trained = squareGrid(geometry.patches);
  const inputSize = askedSize(name, options.imageSize, trained, geometry.patchSize);
  const grid: Grid = [inputSize[0] / geometry.patchSize, inputSize[1] / geometry.patchSize];
  const table = (weights.get('pos_embed') as BackboneWeight).data;
  weights.set('pos_embed', {
    shape: [1, 1 + grid[0] * grid[1], geometry.width],
    data: resizePositionEmbeddings(table, trained, grid),
  });
  const { width, depth, mlpWidth, patchSize } = geometry;
  return {
    config: { name, imageSize: inputSize[0], inputSize, patchSize, width, depth, mlpWidth, ...settings },
    weights,
    hash: known ?? hash.digest(),
    source: file.source ?? name,
  };
}

/** The geometry, from those tensors whose shapes decide it. */
function measure(name: string, tensors: ReadonlyMap<string, NamedTensor>, naming: Naming): Geometry {
  const shapeOf = (canonical: string, dimensions: string): readonly number[] => {
    const inFile = naming.nameInFile(canonical);
    const tensor = tensors.get(inFile) ?? missing(name, inFile, dimensions);
    if (tensor.shape.length !== dimensions.split(',').length) wrongShape(name, inFile, dimensions, tensor.shape);
    return tensor.shape;
  };
  const patch = shapeOf('patch_embed.proj.weight', '[C, 3, p, p]');
  const [width = 0, channels, patchSize = 0, patchWidth] = patch;
  if (channels !== 3 || patchSize !== patchWidth || width * patchSize === 0) {
    wrongShape(name, naming.nameInFile('patch_embed.proj.weight'), '[C, 3, p, p]', patch);
  }
  if (!tensors.has(naming.nameInFile('cls_token'))) {
    throw new DuetError(
      `${name} is not a plain ViT: it has no class token ('${naming.nameInFile('cls_token')}'); choose another backbone.`,
    );
  }
  const [, rows = 0] = shapeOf('pos_embed', `[1, 1 + P, ${width}]`);
  const patches = rows - 1;
  if (!isSquare(patches)) {
    const why = isSquare(rows) ? 'has no row for the class token' : 'is not that of a square picture';
    throw new DuetError(
      `${name} is not a plain ViT: its position table of ${rows} rows ${why}; choose another backbone.`,
    );
  }
  const [mlpWidth = 0] = shapeOf('blocks.0.mlp.fc1.weight', `[mlp width, ${width}]`);
  const inBlocks = [...tensors.keys()].filter((key) => key.startsWith(naming.blockPrefix));
  const blocks = new Set(inBlocks.map((key) => key.slice(naming.blockPrefix.length).split('.')[0]));
  return { width, depth: blocks.size, mlpWidth, patchSize, patches };
}

function readWeights(
  name: string,
  tensors: ReadonlyMap<string, NamedTensor>,
  naming: Naming,
  geometry: Geometry,
  hash: ContentHash,
  isKnown: boolean,
): Map<BackboneWeightName, BackboneWeight> {
  const unread = new Set(tensors.keys());
  const read = (canonical: string, shape: readonly number[]): BackboneWeight => {
    const inFile = naming.nameInFile(canonical);
    const tensor = tensors.get(inFile) ?? missing(name, inFile, showShape(shape));
    if (showShape(tensor.shape) !== showShape(shape)) wrongShape(name, inFile, showShape(shape), tensor.shape);
    unread.delete(inFile);
    // The others are small, or are changed before they are used.
    const stays = canonical.startsWith('blocks.') && staysInFile(tensor);
    if (stays && isKnown) return readWhenAsked(tensor);
    const data = toFloat32(tensor, `${name}: tensor '${inFile}'`);
    if (!allFinite(data)) {
      throw new DuetError(
        `${name}: tensor '${inFile}' holds numbers that are not finite (NaN or infinity); get a fresh copy.`,
      );
    }
    if (!canonical.startsWith('head.')) hash.numbers(data);
    return stays ? readWhenAsked(tensor) : { shape, data };
  };
  /** Files of models without query, key and value biases leave them out. */
  const readBias = (canonical: string, length: number) => {
    if (tensors.has(naming.nameInFile(canonical))) return read(canonical, [length]).data;
    const zeros = new Float32Array(length);
    hash.numbers(zeros);
    return zeros;
  };

  const weights = new Map<BackboneWeightName, BackboneWeight>();
  const { width } = geometry;
  for (const [canonical, shape] of expectedShapes(geometry)) {
    const part = (letter: string) => canonical.replace('qkv', letter);
    const parts = naming.fusedQkv ? [canonical] : ['q', 'k', 'v'].map(part);
    const rows = (shape[0] as number) / parts.length;
    hash.text(`${canonical} ${showShape(shape)}`);
    if (canonical.endsWith('attn.qkv.bias')) {
      weights.set(canonical, { shape, data: joinFloat32(parts.map((bias) => readBias(bias, rows))) });
    } else if (canonical.endsWith('attn.qkv.weight')) {
      const thirds = parts.map((weight) => read(weight, [rows, width]));
      weights.set(canonical, thirds.length === 1 ? thirds[0]! : joinedWeight(thirds, shape));
    } else {
      weights.set(canonical, read(canonical, shape));
    }
  }
  readHead(tensors, naming, read, weights);
  for (const key of unread) {
    if (isWithoutEffect(key) || key.startsWith(`${naming.nameInFile('head')}.`)) continue;
    throw new DuetError(
      `${name} is not a plain ViT: it also has the tensor '${key}', which a plain ViT has no place for.`,
    );
  }
  return weights;
}

/** The classifier that came with the backbone, where it works on the class token's features themselves. */
function readHead(
  tensors: ReadonlyMap<string, NamedTensor>,
  naming: Naming,
  read: (canonical: string, shape: readonly number[]) => BackboneWeight,
  weights: Map<BackboneWeightName, BackboneWeight>,
): void {
  const weight = tensors.get(naming.nameInFile('head.weight'));
  const hasLayerBefore = [...tensors.keys()].some((key) => key.startsWith('pre_logits.'));
  if (!weight || hasLayerBefore) return;
  const [classes = 0] = weight.shape;
  const width = (weights.get('norm.bias') as BackboneWeight).data.length;
  weights.set('head.weight', read('head.weight', [classes, width]));
  weights.set('head.bias', read('head.bias', [classes]));
}

function askedSize(name: string, asked: InputSize | undefined, trained: Grid, patchSize: number): [number, number] {
  if (asked === undefined) return [trained[0] * patchSize, trained[1] * patchSize];
  const [height, width] = typeof asked === 'number' ? [asked, asked] : asked;
  for (const size of [height, width]) {
    if (size > mostPixels)
      throw new DuetError(
        `${name} cannot take pictures of ${height} x ${width}: the most is ${mostPixels} pixels a side.`,
      );
    if (Number.isInteger(size) && size > 0 && size % patchSize === 0) continue;
    throw new DuetError(
      `${name} cannot take pictures of ${height} x ${width}: both must be multiples of its patch size, ${patchSize}.`,
    );
  }
  return [height, width];
}

function squareGrid(patches: number): Grid {
  return [Math.sqrt(patches), Math.sqrt(patches)];
}

function isSquare(number: number): boolean {
  return number > 0 && Number.isInteger(Math.sqrt(number));
}

function firstOf(tensors: ReadonlyMap<string, NamedTensor>): string {
  const [first] = tensors.keys();
  return first === undefined ? 'none' : `'${first}'`;
}

function missing(name: string, tensor: string, shape: string): never {
  throw new DuetError(`${name} lacks the tensor '${tensor}' of shape ${shape}; get a complete copy.`);
}

function wrongShape(name: string, tensor: string, expected: string, found: readonly number[]): never {
  throw new DuetError(
    `${name}: tensor '${tensor}' should have the shape ${expected} and has ${showShape(found)}; choose another file.`,
  );
}
