// POST /v1/predict/ADAPTER: one clip in, its result out; or as server-sent events, each window's answer as it comes.
import type { Context } from 'hono';
import { streamSSE } from 'hono/streaming';
import { isDuetError, messageOf } from '../errors.ts';
import type { Admission } from './admission.ts';
import type { Limits } from './limits.ts';
import type { ClipEvent, ServedModel, ServedModels } from './models-node.ts';
import { predictionQuery } from './prediction-query.ts';
import { problem, problemOf } from './problem.ts';
import { type ReceivedClip, receiveClip, type Sources } from './receive-clip-node.ts';

export type PredictRoute = {
  readonly models: ServedModels;
  readonly limits: Limits;
  readonly sources: Sources;
  readonly admission: Admission;
  /** Aborted when the server ends and waits no longer. */
  readonly ending: AbortSignal;
  /** Called with a fault of the program. */
  onFault(error: unknown): void;
};

/** Proxies close connections on which nothing is said. */
const keepAliveMs = 15_000;

export async function predictRoute(c: Context, route: PredictRoute): Promise<Response> {
  const { models, limits, sources, admission } = route;
  const model = modelNamed(models, c.req.param('adapter') ?? '');
  const query = predictionQuery(model.adapter.system, c.req.query());
  const leave = admission.enter();
  if (!leave) throw problem(429, 'This server is full; send the request again a little later.', admission.retryAfter());
  const { signal, end } = signalOf([c.req.raw.signal, route.ending], limits.requestSeconds);
  let clip: ReceivedClip | undefined;
  const done = async () => {
    end();
    await clip?.discard();
    leave();
  };
  try {
    clip = await receiveClip(c, sources, signal);
    const { stretch, hop, options } = query;
    const reference = { kind: 'video' as const, path: clip.path, ...stretch };
    const events = named(models.predict(model, { reference, hop, options, signal }), clip);
    // What is wrong with the clip itself is known before anything is sent.
    const first = await events.next();
    if (!/\btext\/event-stream\b/.test(c.req.header('accept') ?? '')) {
      const result = await resultOf(events);
      await done();
      return c.json(result as object);
    }
    return streamSSE(c, async (stream) => {
      const alive = setInterval(() => void stream.write(': waiting\n\n'), keepAliveMs);
      const write = ({ kind, ...event }: ClipEvent) =>
        stream.writeSSE({ event: kind, data: JSON.stringify('result' in event ? event.result : event) });
      try {
        if (!first.done) await write(first.value);
        for await (const event of events) await write(event);
      } catch (error) {
        if (!problemOf(error)) route.onFault(error);
        const message = problemOf(error)?.message ?? 'The server made a fault at this clip.';
        await stream.writeSSE({ event: 'error', data: JSON.stringify({ error: message }) });
      } finally {
        clearInterval(alive);
        await events.return(undefined);
        await done();
      }
    });
  } catch (error) {
    await done();
    throw error;
  }
}

/** @throws a problem that names those that there are. */
function modelNamed({ list }: ServedModels, name: string): ServedModel {
  const model = list.find((one) => one.name === name);
  if (model) return model;
  throw problem(404, `There is no adapter "${name}" here; there is ${list.map((one) => one.name).join(', ')}.`);
}

/** Aborted with the first of others, or when the time is up. AbortSignal.any would hold on to it as long as they live. */
function signalOf(others: readonly AbortSignal[], seconds: number): { signal: AbortSignal; end(): void } {
  const controller = new AbortController();
  const message = `The request took longer than ${seconds} seconds, the most here; send a shorter clip.`;
  const timer = setTimeout(() => controller.abort(problem(504, message)), seconds * 1000);
  const abort = () => controller.abort(others.find(({ aborted }) => aborted)?.reason);
  for (const other of others) {
    if (other.aborted) abort();
    other.addEventListener('abort', abort);
  }
  const end = () => {
    clearTimeout(timer);
    for (const other of others) other.removeEventListener('abort', abort);
  };
  return { signal: controller.signal, end };
}

/** Messages call a clip by what the client called it, and not by where it lies here. */
async function* named(events: AsyncGenerator<ClipEvent>, { path, name }: ReceivedClip): AsyncGenerator<ClipEvent> {
  try {
    yield* events;
  } catch (error) {
    if (!isDuetError(error)) throw error;
    const sentence = messageOf(error).replaceAll(path, name);
    throw problem(422, `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}`);
  }
}

async function resultOf(events: AsyncGenerator<ClipEvent>): Promise<unknown> {
  for await (const event of events) if (event.kind === 'result') return event.result;
  throw new Error('a clip ended without a result');
}
