// The thread that loads and runs graphs for thread-runtime-node.ts, one order after another.
import * as ort from 'onnxruntime-node';
import { messageOf } from '../errors.ts';
import { answerInThread } from '../threads/ask-thread-node.ts';
import { type PlainTensors, plainTensors, type ThreadOrder } from './thread-runtime-node.ts';

// What goes wrong is sent back; the native log would write it to the console too.
ort.env.logLevel = 'fatal';

const sessions = new Map<string, ort.InferenceSession>();

async function answer(order: ThreadOrder): Promise<PlainTensors> {
  if (order.do === 'create') {
    sessions.set(order.session, await ort.InferenceSession.create(order.bytes, order.settings));
    return {};
  }
  const session = sessions.get(order.session)!;
  if (order.do === 'release') {
    sessions.delete(order.session);
    await session.release();
    return {};
  }
  const feeds = Object.entries(order.feeds).map(([name, { type, data, dims }]) => {
    const tensor = new ort.Tensor(type as 'float32', data as Float32Array, dims);
    return [name, tensor] as const;
  });
  return plainTensors((await session.run(Object.fromEntries(feeds))) as unknown as PlainTensors);
}

answerInThread<ThreadOrder, PlainTensors>({ answer, failureOf: messageOf });
