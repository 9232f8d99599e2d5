// What is measured on: two sizes of ViT with random weights (speed does not depend on the values), and random clips.
import { existsSync, renameSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type NamedTensor, writeSafetensors } from '../src/files/safetensors.ts';
import { openSafetensors } from '../src/files/safetensors-file-node.ts';
import { fromFloat32, toFloat32 } from '../src/files/tensor-values.ts';
import { elementCount, type Shape } from '../src/graph/tensor.ts';
import { firstValues } from '../src/model/parameters.ts';
import { vitWeightShapes } from '../src/model/vit-weights.ts';
import { createRandom } from '../src/random.ts';
import { foldParameters } from '../src/systems/ma-avt/fold.ts';
import { trainableParameters } from '../src/systems/ma-avt/parameters.ts';
import { modelConfig, recipes } from '../src/systems/ma-avt/recipes.ts';
import { foldedConfig, type MaAvtConfig } from '../src/systems/ma-avt/settings.ts';
import { backgroundTargets, classTargets } from '../src/systems/ma-avt/targets.ts';
import { openBackbone } from '../src/weights/open-backbone-node.ts';

export const sizes = {
  // For tests and for what needs many steps.
  micro: { title: 'ViT of three blocks', width: 64, depth: 3, heads: 1 },
  tiny: { title: 'ViT-Tiny/16', width: 192, depth: 12, heads: 3 },
  base: { title: 'ViT-B/16', width: 768, depth: 12, heads: 12 },
} as const;

export type Size = keyof typeof sizes;

/** As many as VGGSound has. */
export const classes = 309;
export const classNames = Array.from({ length: classes }, (_, index) => `class ${index}`);
export const imageSize = 224;
const patchSize = 16;
const seed = 0;

/** The files that all sides read. */
export type ModelFiles = {
  readonly size: Size;
  /** The frozen ViT by timm's names. */
  readonly backbone: string;
  /** The adapter's parameters before and after folding, by Duet's names. */
  readonly parameters: string;
  readonly folded: string;
  /** `images`, `spectrograms` and, for training, `class_targets` and `background_targets`, of `clips` clips. */
  readonly inputs: string;
  readonly heads: number;
};

export const clips = 64;

/** The model of the `reference` recipe: MA-AVT as the paper's public code computes it. */
export async function benchModel(
  size: Size,
  folder: string,
  count = clips,
): Promise<{ files: ModelFiles; config: MaAvtConfig }> {
  const { title, heads } = sizes[size];
  const files: ModelFiles = {
    size,
    heads,
    backbone: join(folder, `${size}-backbone.safetensors`),
    parameters: join(folder, `${size}-parameters.safetensors`),
    folded: join(folder, `${size}-folded.safetensors`),
    inputs: join(folder, 'clips.safetensors'),
  };
  await mkdir(folder, { recursive: true });
  writeOnce(files.backbone, () => randomBackbone(size), { architecture: `${title}, heads ${heads}` });
  const backbone = await openBackbone(files.backbone);
  const config = modelConfig(recipes.reference, backbone.config, classes);
  writeOnce(files.parameters, () => shaped(firstValues(trainableParameters(config), backbone.weights, seed), config));
  writeOnce(files.folded, () => shaped(foldParameters(readTensors(files.parameters), config), foldedConfig(config)));
  writeOnce(files.inputs, () => randomClips(count));
  return { files, config };
}

/** All tensors of a file as float32. */
export function readTensors(path: string): Map<string, Float32Array> {
  return new Map([...openSafetensors(path).tensors].map(([name, tensor]) => [name, toFloat32(tensor)]));
}

function writeOnce(path: string, make: () => Map<string, NamedTensor>, metadata?: Record<string, string>): void {
  if (existsSync(path)) return;
  writeFileSync(`${path}.unfinished`, writeSafetensors(make(), metadata));
  renameSync(`${path}.unfinished`, path);
}

function shaped(values: ReadonlyMap<string, Float32Array>, config: MaAvtConfig): Map<string, NamedTensor> {
  return new Map(
    [...trainableParameters(config)].map(([name, { shape }]) => [name, fromFloat32(values.get(name)!, [...shape])]),
  );
}

/** Deviations that keep activations lively, so that a mistake in a peer's network shows in its outputs. */
function randomBackbone(size: Size): Map<string, NamedTensor> {
  const { width, depth } = sizes[size];
  const shapes = vitWeightShapes({
    width,
    depth,
    mlpWidth: 4 * width,
    patchSize,
    patches: (imageSize / patchSize) ** 2,
  });
  return new Map(
    [...shapes].map(([name, shape]) => {
      const isNorm = /norm\d?\.weight$/.test(name);
      const deviation =
        isNorm || shape.length === 1 ? 0.1 : name === 'pos_embed' ? 0.2 : (elementCount(shape) / shape[0]!) ** -0.5;
      return [name, normal(name, shape, deviation, isNorm ? 1 : 0)];
    }),
  );
}

function randomClips(clips: number): Map<string, NamedTensor> {
  // Every fifth is a background pair.
  const labels = Array.from({ length: clips }, (_, clip) => (clip % 5 === 4 ? -1 : (clip * 7) % classes));
  return new Map([
    ['images', normal('images', [clips, 3, imageSize, imageSize], 1, 0)],
    ['spectrograms', normal('spectrograms', [clips, 1, imageSize, imageSize], 1, 0)],
    ['class_targets', fromFloat32(classTargets(labels, classes, 0), [clips, classes])],
    ['background_targets', fromFloat32(backgroundTargets(labels), [clips])],
  ]);
}

function normal(name: string, shape: Shape, deviation: number, centre: number): NamedTensor {
  const random = createRandom(seed, 'bench', name);
  return fromFloat32(
    Float32Array.from({ length: elementCount(shape) }, () => centre + deviation * random.normal()),
    [...shape],
  );
}
