// Whether a provider really computes: a graph of one addition, run and checked.
import { messageOf } from '../errors.ts';
import { encodeOnnx } from '../graph/encode-onnx.ts';
import { add } from '../graph/functions.ts';
import { input } from '../graph/tensor.ts';
import { openNodeSession } from '../runtime/node.ts';
import type { Provider } from '../runtime/session.ts';

/** Undefined if the provider computes, else what went wrong, in one line. */
export async function providerOpens(provider: string): Promise<string | undefined> {
  try {
    const session = await openNodeSession(encodeOnnx({ y: add(input('x', [2]), 1) }), { provider: provider as Provider });
    try {
      const y = (await session.run({ x: Float32Array.of(1, 2) })).y;
      return y?.[0] === 2 && y[1] === 3 ? undefined : `1 + 1 came out as ${y?.[0]}`;
    } finally {
      await session.release();
    }
  } catch (error) {
    return messageOf(error).split('\n')[0]?.trim();
  }
}
