// The page that the providers' test opens: the engine as the studio has it, without the studio.
import { type ComputePreference, openCompute } from '../../src/engine/compute.ts';
import { forwardAndStep, type Numbers } from './forward-and-step.ts';

export type Opened = { readonly provider: string; readonly name: string };
export type Computed = Opened & { readonly numbers: Numbers };

Object.assign(globalThis, {
  async open(preference: ComputePreference): Promise<Opened> {
    const { provider, name } = await openCompute(preference);
    return { provider, name };
  },

  async compute(preference: ComputePreference): Promise<Computed> {
    const { provider, name, openSession } = await openCompute(preference);
    return { provider, name, numbers: await forwardAndStep(openSession) };
  },
});
