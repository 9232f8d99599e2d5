// The page that the providers' test opens: the engine as the studio has it, without the studio.
import { parseStoredBackbone } from '../../src/engine/backbone.ts';
import { type ComputePreference, openCompute } from '../../src/engine/compute.ts';
import { forwardAndStep, imageSize, type Numbers } from './forward-and-step.ts';

export type Computed = { readonly provider: string; readonly name: string; readonly numbers: Numbers };

Object.assign(globalThis, {
  async compute(preference: ComputePreference): Promise<Computed> {
    const { provider, name, openSession } = await openCompute(preference);
    const backbone = await parseStoredBackbone({ kind: 'built-in' }, imageSize);
    return { provider, name, numbers: await forwardAndStep(backbone, openSession) };
  },
});
