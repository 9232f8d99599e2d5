// The forward graph over a frozen backbone, with the adapter's small tensors as inputs: one load serves many adapters.
import { joinFloat32 } from '../files/tensor-values.ts';
import { elementCount, input, type Tensor } from '../graph/tensor.ts';
import { clipsTogether } from '../model/clips-together.ts';
import { frozenWeights } from '../model/frozen-weights.ts';
import type { OpenSession, Provider, Session } from '../runtime/session.ts';
import { evidenceMaps } from '../systems/ma-avt/evidence.ts';
import { maAvt } from '../systems/ma-avt/model.ts';
import { type MaAvtConfig, trainableParameters } from '../systems/ma-avt/settings.ts';
import type { Backbone } from '../weights/backbone.ts';
import { float32Bytes } from '../weights/backbone-weight.ts';

/**
 * A model whose token sets already hold what their light self-attentions gave, and that needs no contrastive layers.
 */
export function foldedConfig(config: MaAvtConfig): MaAvtConfig {
  return { ...config, lightSelfAttention: false, contrastive: 'none' };
}

export type ModelInputs = {
  /** [B, 3, height, width] */
  readonly images: Float32Array;
  /** [B, 1, height, width] */
  readonly spectrograms: Float32Array;
  /** B: any number; what passes the predictor's portions is run in turns. */
  readonly count: number;
};

export type Predictions = {
  /** [B, K] */
  readonly classLogits: Float32Array;
  /** [B], or undefined for a model without a background head. */
  readonly backgroundLogits: Float32Array | undefined;
  /** [B, P], each row summing to one; undefined for a modality that the model does not take. */
  readonly visualAttention: Float32Array | undefined;
  readonly audioAttention: Float32Array | undefined;
  /** The same for the evidence of what sounds; undefined too where it was not asked for. */
  readonly visualEvidence: Float32Array | undefined;
  readonly audioEvidence: Float32Array | undefined;
};

export type Predictor = {
  readonly provider: Provider;
  /** @param adapter the tensors of a folded model, by name. */
  run(adapter: ReadonlyMap<string, Float32Array>, inputs: ModelInputs): Promise<Predictions>;
  release(): Promise<void>;
};

export type PredictorOptions = {
  readonly backbone: Backbone;
  readonly config: MaAvtConfig;
  /** Clips that are computed at once at most; fewer where that is faster. */
  readonly batchSize: number;
  readonly openSession: OpenSession;
  /** Also compute evidence maps, by a backward pass through half of the blocks. Default: no. */
  readonly evidence?: boolean;
};

/** Up to ViT-S a copy of the weights is small, and faster; that of ViT-B is large, and was not. */
const mostBytesToPack = 100e6;

/** Loads the forward graph of a folded model. Release it when done. */
export async function openPredictor(options: PredictorOptions): Promise<Predictor> {
  const { backbone, config, openSession } = options;
  const batchSize = clipsTogether(options.batchSize, openSession.activationBytes, backbone.config);
  const folded = foldedConfig(config);
  const parameters = new Map([...trainableParameters(folded)].map(([name, { shape }]) => [name, input(name, shape)]));
  const images = input('images', [batchSize, 3, ...backbone.config.inputSize]);
  const spectrograms = input('spectrograms', [batchSize, 1, ...backbone.config.inputSize]);
  const outputs = maAvt(
    { images, spectrograms },
    {
      positions: backbone.weights.get('pos_embed')!.data,
      frozen: frozenWeights(backbone.weights),
      trainable: (name) => parameters.get(name)!,
    },
    folded,
  );
  const { attention } = outputs.features;
  const evidence = options.evidence ? evidenceMaps(outputs, folded) : undefined;
  const named = {
    class_logits: outputs.classLogits,
    ...(outputs.backgroundLogits && { background_logits: outputs.backgroundLogits }),
    ...(attention.visual && { visual_attention: attention.visual }),
    ...(attention.audio && { audio_attention: attention.audio }),
    ...(evidence?.visual && { visual_evidence: evidence.visual }),
    ...(evidence?.audio && { audio_evidence: evidence.audio }),
  };
  const session = await openSession(named, {
    packsWeights: float32Bytes(backbone.weights.values()) <= mostBytesToPack,
  });
  return {
    provider: session.provider,
    async run(adapter, inputs) {
      const tensors = asked(
        session,
        Object.fromEntries([...parameters.keys()].map((name) => [name, adapter.get(name)!])),
      );
      const parts: Record<string, Float32Array>[] = [];
      for (let start = 0; start < inputs.count; start += batchSize) {
        const count = Math.min(batchSize, inputs.count - start);
        const clips = (values: Float32Array, { shape }: Tensor) => {
          const length = elementCount(shape.slice(1));
          return pad(values.subarray(start * length, (start + count) * length), batchSize * length);
        };
        const ofClips = {
          images: clips(inputs.images, images),
          spectrograms: clips(inputs.spectrograms, spectrograms),
        };
        const results = await session.run({ ...asked(session, ofClips), ...tensors });
        parts.push(
          Object.fromEntries(
            Object.entries(results).map(([name, values]) => [
              name,
              values.subarray(0, (values.length / batchSize) * count),
            ]),
          ),
        );
      }
      const joined = (name: string) => joinFloat32(parts.map((part) => part[name]!));
      return {
        classLogits: joined('class_logits'),
        backgroundLogits: outputs.backgroundLogits && joined('background_logits'),
        visualAttention: attention.visual && joined('visual_attention'),
        audioAttention: attention.audio && joined('audio_attention'),
        visualEvidence: evidence?.visual && joined('visual_evidence'),
        audioEvidence: evidence?.audio && joined('audio_evidence'),
      };
    },
    release: () => session.release(),
  };
}

/** Those of the feeds that a graph has an input for: a model without some part does not ask for that part's inputs. */
export function asked<Data>({ inputs }: Session, feeds: Readonly<Record<string, Data>>): Record<string, Data> {
  return Object.fromEntries(Object.entries(feeds).filter(([name]) => inputs.has(name)));
}

/** A smaller batch is filled up with zeros, whose results nobody reads. */
export function pad(values: Float32Array, length: number): Float32Array {
  if (values.length === length) return values;
  const full = new Float32Array(length);
  full.set(values);
  return full;
}
