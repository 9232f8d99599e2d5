// What computes: the providers of ONNX Runtime by their names.

/** Those of onnxruntime-node, as it calls them. */
export const nodeProviders = ['cpu', 'webgpu', 'cuda', 'coreml', 'dml'] as const;
export type NodeProvider = (typeof nodeProviders)[number];
/** What computes: an execution provider of ONNX Runtime. */
export type Provider = NodeProvider | 'wasm';

/** As --provider takes it and people read it. */
export function providerName(provider: Provider): string {
  return provider === 'dml' ? 'directml' : provider;
}
