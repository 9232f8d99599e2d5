// The plain ViT as a folder that transformers.js opens: the ONNX file that Duet's encoder writes, and a config.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeOnnx } from '../src/graph/encode-onnx.ts';
import { input } from '../src/graph/tensor.ts';
import { frozenWeights } from '../src/model/frozen-weights.ts';
import { vit } from '../src/model/vit.ts';
import { openBackbone } from '../src/weights/open-backbone-node.ts';
import { imageSize, type ModelFiles } from './models.ts';

/** @returns the ONNX file, for one picture. */
export async function writeFeaturesModel(files: ModelFiles, folder: string): Promise<string> {
  const path = join(folder, 'onnx', 'model.onnx');
  if (existsSync(path)) return path;
  const { weights, config } = await openBackbone(files.backbone);
  const pictures = input('pixel_values', [1, 3, imageSize, imageSize]);
  const { features } = vit(pictures, frozenWeights(weights), config);
  mkdirSync(join(folder, 'onnx'), { recursive: true });
  const about = {
    model_type: 'vit',
    architectures: ['ViTModel'],
    image_size: imageSize,
    patch_size: config.patchSize,
    hidden_size: config.width,
  };
  writeFileSync(join(folder, 'config.json'), JSON.stringify(about));
  writeFileSync(path, encodeOnnx({ last_hidden_state: features }).bytes);
  return path;
}
