// A served model without a file, a process or a graph: its answers are given.
import { allSystems } from '../systems/registry.ts';
import type { ClipEvent, ClipRequest, ServedModel, ServedModels } from './models-node.ts';

const systems = await allSystems();

export function fakeModel(name: string, system = 'ma-avt'): ServedModel {
  const adapter = {
    system: systems.find((one) => one.name === system)!,
    known: { labels: ['cat', 'dog'], backbone: { source: 'vit-micro' } },
    settings: { recipe: 'duet' },
  };
  return { name, adapter, batched: { waiting: () => 0 } } as unknown as ServedModel;
}

export function fakeModels(
  list: readonly ServedModel[],
  predict: (request: ClipRequest) => AsyncGenerator<ClipEvent>,
): ServedModels {
  const readers = { busy: () => 0 } as ServedModels['readers'];
  return { list, readers, predict: (_, request) => predict(request), close: async () => undefined };
}
