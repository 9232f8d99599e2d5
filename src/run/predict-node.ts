// A trained adapter applied to files.
import { type MediaReader, openMediaReader } from '../data/media-reader-node.ts';
import type { MissingPolicy } from '../data/model-inputs.ts';
import type { MediaReference } from '../media/media.ts';
import { type Owned, owned } from '../owned.ts';
import type { SessionOptions } from '../runtime/session.ts';
import { nodeSessions } from '../runtime/session-node.ts';
import type { ResultOf, SystemName } from '../systems/registry.ts';
import { type Adapter, checkSystem } from './adapter.ts';
import { openAdapter } from './open-adapter-node.ts';
import { openPrediction, type PredictedWindow, type Prediction, type PredictOptions } from './predict.ts';

export type { PredictedWindow, PredictOptions } from './predict.ts';

/** Which adapter predicts, and with what it computes. */
export type PredictorOptions<Name extends SystemName = SystemName> = {
  /** Whose adapter it must be; names the type of the results. Default: any system's. */
  readonly system?: Name | undefined;
  /** Folder that training wrote, or any adapter folder. */
  readonly run: string;
  /** Where the backbone lies now, if not where the adapter says. */
  readonly backbone?: string | undefined;
  /** What to look for in the place of the adapter's own classes, where it knows them by texts. */
  readonly prompts?: readonly string[] | undefined;
  /** What to do about a clip without picture or sound. Default: refuse it. */
  readonly missing?: MissingPolicy | undefined;
  readonly session?: SessionOptions | undefined;
  /** Also compute what is only shown to people, such as maps, which takes longer. Default: no. */
  readonly shown?: boolean | undefined;
  /** Stops a download of the backbone. */
  readonly signal?: AbortSignal | undefined;
};

/** A trained adapter that answers for files. Release it when done. */
export type FilePredictor<Result = unknown> = Prediction & {
  /** Opens clips; closed with the predictor. */
  readonly reader: MediaReader;
  /**
   * The windows of a clip in order; a clip no longer than a window is one. @throws DuetError for clips that cannot be
   * read.
   */
  predict(reference: MediaReference, options?: PredictOptions): AsyncGenerator<PredictedWindow>;
  /** What the answers to a clip's windows add up to. @param options of the system's result; see `resultOptions`. */
  result(answers: readonly unknown[], options?: Readonly<Record<string, unknown>>): Result;
  /** The same of a whole clip. @throws DuetError for clips that cannot be read. */
  resultOf(
    reference: MediaReference,
    options?: PredictOptions & { readonly result?: Readonly<Record<string, unknown>> },
  ): Promise<Result>;
};

/**
 * Opens adapter and backbone once, for any number of clips. Release it when done.
 * @throws DuetError where the run is none, or another system's than the one that is named.
 */
export async function openFilePredictor<Name extends SystemName = SystemName>(
  options: PredictorOptions<Name>,
): Promise<Owned<FilePredictor<ResultOf<Name>>>> {
  const { run, backbone, missing = 'error', prompts, session, shown, signal } = options;
  const prompted = async (trained: Adapter, texts: readonly string[]) => {
    // Brings the text encoders along.
    const { withPrompts } = await import('./class-texts-node.ts');
    return withPrompts(trained, texts, { name: run, signal });
  };
  const reader = await openMediaReader();
  const prediction = await openAdapter(run, { backbone, changes: { missing }, signal })
    .then(async (trained) => {
      if (options.system !== undefined) checkSystem(trained, options.system, run);
      const adapter = prompts ? await prompted(trained, prompts) : trained;
      return openPrediction({ adapter, openSession: nodeSessions(session), shown });
    })
    .catch((error) => {
      reader.close();
      throw error;
    });
  const { system, open } = prediction.adapter;
  const predict: FilePredictor['predict'] = async function* (reference, predictOptions) {
    const media = await reader.open(reference, predictOptions?.signal);
    try {
      yield* prediction.predictMedia(media, predictOptions);
    } finally {
      await media.close();
    }
  };
  const result: FilePredictor<ResultOf<Name>>['result'] = (answers, given = {}) =>
    open.result(answers, system.resultOptions.parse(given)) as ResultOf<Name>;
  const release = () => {
    reader.close();
    return prediction.release();
  };
  const resultOf: FilePredictor<ResultOf<Name>>['resultOf'] = async (
    reference,
    { result: given, ...predictOptions } = {},
  ) => {
    const answers: unknown[] = [];
    for await (const { answer } of predict(reference, predictOptions)) answers.push(answer);
    return result(answers, given);
  };
  return owned({ ...prediction, reader, release, predict, result, resultOf }, release);
}
