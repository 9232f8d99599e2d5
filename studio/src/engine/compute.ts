// ONNX Runtime as a page has it: on the GPU where there is one, else on the CPU, with threads where the
// page may have them.

import asyncifyLoader from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.mjs?url';
import asyncifyBinary from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?url';
import plainLoader from 'onnxruntime-web/ort-wasm-simd-threaded.mjs?url';
import plainBinary from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url';
import type { OnnxRuntime } from '../../../src/runtime/onnx-runtime.ts';
import type { OpenSession } from '../../../src/runtime/session.ts';
import { sessionOpener } from '../../../src/runtime/session.ts';

export type ComputePreference = 'automatic' | 'CPU' | 'GPU';

export type Compute = {
  readonly provider: 'webgpu' | 'wasm';
  /** For people: `GPU`, `CPU, 2 threads`. */
  readonly name: string;
  readonly openSession: OpenSession;
};

/**
 * Finds what to compute on. A GPU that is only imitated by software is passed over unless it is asked for.
 */
export async function openCompute(preference: ComputePreference): Promise<Compute> {
  if (preference !== 'CPU' && (await hasGpu(preference === 'GPU'))) return webgpu();
  const { name, ...rest } = await wasm();
  return { ...rest, name: preference === 'GPU' ? `${name} (the browser offers no GPU)` : name };
}

async function hasGpu(evenSoftware: boolean): Promise<boolean> {
  try {
    const adapter = await navigator.gpu?.requestAdapter();
    if (!adapter) return false;
    const { isFallbackAdapter, architecture } = adapter.info as GPUAdapterInfo & { isFallbackAdapter?: boolean };
    return evenSoftware || !(isFallbackAdapter || architecture === 'swiftshader');
  } catch {
    return false;
  }
}

async function wasm(): Promise<Compute> {
  const ort = await import('onnxruntime-web/wasm');
  const threads = threadCount();
  ort.env.logLevel = 'fatal';
  ort.env.wasm.numThreads = threads;
  ort.env.wasm.wasmPaths = { mjs: absolute(plainLoader), wasm: absolute(plainBinary) };
  return compute(ort, 'wasm', `CPU, ${threads === 1 ? 'one thread' : `${threads} threads`}`);
}

async function webgpu(): Promise<Compute> {
  const ort = await import('onnxruntime-web/webgpu');
  ort.env.logLevel = 'fatal';
  ort.env.wasm.numThreads = threadCount();
  ort.env.wasm.wasmPaths = { mjs: absolute(asyncifyLoader), wasm: absolute(asyncifyBinary) };
  return compute(ort, 'webgpu', 'GPU');
}

function compute(runtime: OnnxRuntime, provider: Compute['provider'], name: string): Compute {
  return { provider, name, openSession: sessionOpener(runtime, { provider }) };
}

/** More than eight threads bring little to a model this small. */
function threadCount(): number {
  return globalThis.crossOriginIsolated ? Math.max(1, Math.min(navigator.hardwareConcurrency, 8)) : 1;
}

function absolute(url: string): string {
  return new URL(url, import.meta.url).href;
}
