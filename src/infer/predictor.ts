// The forward graph of a model over a frozen backbone, with the adapter's small tensors as inputs: one load serves many
// adapters.
import { joinFloat32 } from '../files/tensor-values.ts';
import { clipsTogether } from '../model/clips-together.ts';
import { frozenWeights, type WeightData } from '../model/frozen-weights.ts';
import type { Model } from '../model/model.ts';
import { type ParameterValues, parameterInputs, weightsFrom } from '../model/parameters.ts';
import { clipInputs, clipMemory, mapTensors } from '../model/passage.ts';
import { asked, type Results, type Rows, rowsOf } from '../runtime/feeds.ts';
import type { OpenSession, Provider } from '../runtime/session.ts';
import { float32Bytes } from '../weights/backbone-weight.ts';

export type Predictor = {
  readonly provider: Provider;
  /** How many clips are computed at once; fewer cost as much. */
  readonly portion: number;
  /**
   * The model's answers for so many clips; what passes the predictor's portions is run in turns.
   * @param adapter values of the model's parameters.
   * @param inputs by the model's names, [clips, ...].
   */
  run(adapter: ParameterValues, inputs: Rows, clips: number): Promise<Results>;
  release(): Promise<void>;
};

export type PredictorOptions = {
  readonly backbone: { readonly weights: ReadonlyMap<string, WeightData> };
  /** A folded model. */
  readonly model: Model;
  /** Clips that are computed at once at most; fewer where that is faster. */
  readonly batchSize: number;
  readonly openSession: OpenSession;
  /** Answers beyond the usual ones, by the system's own words. Default: none. */
  readonly extras?: readonly string[];
};

/** Up to ViT-S a copy of the weights is small, and faster; that of ViT-B is large, and was not. */
const mostBytesToPack = 100e6;

/** Loads the forward graph of a folded model. Release it when done. */
export async function openPredictor(options: PredictorOptions): Promise<Predictor> {
  const { backbone, model, openSession, extras = [] } = options;
  const frozen = frozenWeights(backbone.weights);
  const parameters = parameterInputs(model.parameters);
  const trained = weightsFrom(parameters);
  const { widest } = clipMemory(model, frozen, trained);
  const portion = clipsTogether(options.batchSize, openSession.activationBytes, widest);
  const answers = model.answers(clipInputs(model.inputs, portion), frozen, trained, extras);
  const session = await openSession(answers, {
    packsWeights: float32Bytes(backbone.weights.values()) <= mostBytesToPack,
  });
  return {
    provider: session.provider,
    portion,
    async run(adapter, inputs, clips) {
      const values = Object.fromEntries([...parameters.keys()].map((name) => [name, adapter.get(name)!]));
      const tensors = asked(session, values);
      const parts: Record<string, Float32Array>[] = [];
      for (let start = 0; start < clips; start += portion) {
        const count = Math.min(portion, clips - start);
        const rows = rowsOf(inputs, model.inputs, start, portion);
        const results = await session.run({ ...asked(session, rows), ...tensors });
        parts.push(mapTensors(results, (all) => all.subarray(0, (all.length / portion) * count)));
      }
      return mapTensors(answers, (_, name) => joinFloat32(parts.map((part) => part[name]!)));
    },
    release: () => session.release(),
  };
}
