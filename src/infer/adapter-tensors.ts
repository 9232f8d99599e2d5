// An adapter's tensors and the parameters of the model that they are for.
import { DuetError } from '../errors.ts';
import type { ParameterValues, Specifications } from '../model/parameters.ts';
import type { AdapterTensor } from '../weights/adapter-files.ts';

/** A folded model's parameters as they are written. */
export function shapedTensors(
  specifications: Specifications,
  values: ParameterValues,
): ReadonlyMap<string, AdapterTensor> {
  return new Map([...specifications].map(([name, { shape }]) => [name, { shape, data: values.get(name)! }]));
}

/**
 * The values of a folded model's parameters. `adapter` is what messages call it.
 * @throws DuetError when a tensor is missing or has another shape.
 */
export function fittingTensors(
  specifications: Specifications,
  tensors: ReadonlyMap<string, AdapterTensor>,
  adapter: string,
): ParameterValues {
  return new Map(
    [...specifications].map(([parameter, { shape }]) => {
      const tensor = tensors.get(parameter);
      if (tensor?.shape.join() !== shape.join())
        throw new DuetError(
          `${adapter}: the tensor '${parameter}' should have shape [${shape.join(', ')}] and ${tensor ? `has [${tensor.shape.join(', ')}]` : 'is missing'}; get a fresh copy of the adapter.`,
        );
      return [parameter, tensor!.data];
    }),
  );
}
