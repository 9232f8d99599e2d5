// What stage 1 starts from: MARLIN's weights for the picture (Cai et al. 2023), AudioMAE's for the sound (Huang et al.
// 2022), each by its own names in a safetensors file.
import { DuetError } from '../../errors.ts';
import type { NamedTensor } from '../../files/safetensors.ts';
import { toFloat32 } from '../../files/tensor-values.ts';
import { elementCount, type Shape } from '../../graph/tensor.ts';
import type { ParameterSpecification } from '../../model/parameters.ts';

type Tensors = ReadonlyMap<string, NamedTensor>;
type Specifications = ReadonlyMap<string, ParameterSpecification>;

/**
 * First values of the parameters that a file covers: the picture's encoder, and its decoder if the file has it, from
 * MARLIN; the sound's encoder from AudioMAE, with its own position table where the model asks for one. Key biases are
 * left at zero: they change nothing.
 * @param name what errors call the file.
 * @throws DuetError where the file is neither, lacks a weight, or has one of another shape.
 */
export function startingWeights(tensors: Tensors, name: string, wanted: Specifications): Map<string, Float32Array> {
  const marlin = prefixBefore(tensors, 'patch_embedding.projection.weight');
  if (marlin !== undefined) return fromMarlin(tensors, name, wanted, marlin);
  const audioMae = prefixBefore(tensors, 'patch_embed.proj.weight');
  if (audioMae !== undefined && tensors.get(`${audioMae}patch_embed.proj.weight`)?.shape[1] === 1)
    return fromAudioMae(tensors, name, wanted, audioMae);
  throw new DuetError(
    `${name} holds neither MARLIN's nor AudioMAE's weights; give a safetensors file with the encoder of either.`,
  );
}

function fromMarlin(tensors: Tensors, file: string, wanted: Specifications, prefix: string): Map<string, Float32Array> {
  const whole = prefix.replace(/encoder\.$/, '');
  const hasDecoder = tensors.has(`${whole}decoder.head.weight`);
  const rename = (module: string) =>
    module
      .replace('patch_embed.proj', 'patch_embedding.projection')
      .replace(/mlp\.fc([12])/, (_, layer) => `mlp.layers.${Number(layer) - 1}.linear`);
  const values = new Map<string, Float32Array>();
  for (const [parameter, { shape }] of wanted) {
    const isDecoder = parameter.startsWith('video_decoder.');
    if (!parameter.startsWith('video_encoder.') && !(isDecoder && hasDecoder)) continue;
    const module = rename(parameter.replace(/^video_(en|de)coder\./, ''));
    const key =
      module === 'embed.weight' ? `${whole}enc_dec_proj.weight` : (isDecoder ? `${whole}decoder.` : prefix) + module;
    const read = (name: string, of: Shape = shape) => valuesOf(tensors, name, file, of);
    if (!key.endsWith('attn.qkv.bias')) values.set(parameter, read(key).slice());
    else {
      // MARLIN has biases for queries and values only.
      const third = elementCount(shape) / 3;
      const bias = new Float32Array(3 * third);
      bias.set(read(key.replace('qkv.bias', 'q_bias'), [third]));
      bias.set(read(key.replace('qkv.bias', 'v_bias'), [third]), 2 * third);
      values.set(parameter, bias);
    }
  }
  return values;
}

function fromAudioMae(
  tensors: Tensors,
  file: string,
  wanted: Specifications,
  prefix: string,
): Map<string, Float32Array> {
  const values = new Map<string, Float32Array>();
  // Fine-tuned files have their last norm after the mean over tokens.
  const lastNorm = tensors.has(`${prefix}norm.weight`) ? 'norm.' : 'fc_norm.';
  for (const [parameter, { shape }] of wanted) {
    if (!parameter.startsWith('audio_encoder.')) continue;
    const module = parameter.slice('audio_encoder.'.length).replace(/^norm\./, lastNorm);
    if (module === 'pos_embed') values.set(parameter, positionsOf(tensors, `${prefix}pos_embed`, file, shape));
    else {
      const own = valuesOf(tensors, prefix + module, file, shape).slice();
      if (module.endsWith('attn.qkv.bias')) own.fill(0, own.length / 3, (own.length / 3) * 2);
      values.set(parameter, own);
    }
  }
  return values;
}

/** The rows of the first tokens, time by time, after the class token's; AudioMAE's table covers 1024 frames. */
function positionsOf(tensors: Tensors, key: string, file: string, [tokens, width]: Shape): Float32Array {
  const table = tensors.get(key);
  if (!table || table.shape.at(-1) !== width || table.shape[1]! <= tokens!)
    throw new DuetError(
      `${file}: '${key}' has no ${tokens} rows of ${width}; take a model for at least as long a sound.`,
    );
  return toFloat32(table, key).slice(width!, (1 + tokens!) * width!);
}

function valuesOf(tensors: Tensors, key: string, file: string, shape: Shape): Float32Array {
  const found = tensors.get(key);
  if (!found) throw new DuetError(`${file}: the weight '${key}' is missing; give the whole file.`);
  if (elementCount(found.shape) !== elementCount(shape) || found.shape[0] !== shape[0])
    throw new DuetError(
      `${file}: the weight '${key}' is [${found.shape}], the model needs [${shape}]; choose the sizes of that file.`,
    );
  return toFloat32(found, key);
}

function prefixBefore(tensors: Tensors, ending: string): string | undefined {
  const key = [...tensors.keys()].find((name) => name === ending || name.endsWith(`.${ending}`));
  return key?.slice(0, -ending.length);
}
