// A served model without a file, a process or a graph: its answers are given.
import { systemNamed } from '../systems/registry.ts';
import type { ClipEvent, ClipRequest, ServedModel, ServedModels } from './models-node.ts';

export function fakeModel(name: string, system = 'ma-avt'): ServedModel {
  const adapter = {
    system: systemNamed(system),
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
