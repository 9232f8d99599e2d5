// ONNX Runtime as Node loads it.
import * as ort from 'onnxruntime-node';
import type { EncodedGraph } from '../graph/encode-onnx.ts';
import {
  type GraphOptions,
  type OpenSession,
  openSession,
  type Session,
  type SessionOptions,
  sessionOpener,
} from './session.ts';

// What goes wrong is thrown; the native log would tell it once more, on the console.
ort.env.logLevel = 'fatal';

/** Loads a graph on this machine's CPU or, on request, another provider. */
export function openNodeSession(
  graph: EncodedGraph,
  options: SessionOptions = {},
  graphOptions?: GraphOptions,
): Promise<Session> {
  return openSession(ort, graph, options, graphOptions);
}

/** Loads every graph with the same options. */
export function nodeSessions(options?: SessionOptions): OpenSession {
  return sessionOpener(ort, options);
}
