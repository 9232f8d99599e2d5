// The trainable parameters of a transformer block in timm's form (vit.ts), as a ViT starts them.
import { normParameters, type ParameterSpecification } from './parameters.ts';

/** A linear layer's two parameters: weights normal with deviation 0.02, bias zero. */
export function smallLinearParameters(
  name: string,
  outputs: number,
  inputs: number,
): [string, ParameterSpecification][] {
  return [
    [`${name}.weight`, { shape: [outputs, inputs], initialisation: { kind: 'normal', deviation: 0.02 } }],
    [`${name}.bias`, { shape: [outputs], initialisation: { kind: 'value', value: 0 } }],
  ];
}

/** One block of a width, its MLP four times as wide. */
export function blockParameters(name: string, width: number): [string, ParameterSpecification][] {
  return [
    ...normParameters(`${name}.norm1`, width),
    ...smallLinearParameters(`${name}.attn.qkv`, 3 * width, width),
    ...smallLinearParameters(`${name}.attn.proj`, width, width),
    ...normParameters(`${name}.norm2`, width),
    ...smallLinearParameters(`${name}.mlp.fc1`, 4 * width, width),
    ...smallLinearParameters(`${name}.mlp.fc2`, width, 4 * width),
  ];
}
