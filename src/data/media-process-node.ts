// A process that opens clips and reads them for a reader of media (media-reader-node.ts).
import type { Media } from '../media/media.ts';
import { openReference } from '../media/open-reference-node.ts';
import { answerOrders } from './answer-orders-node.ts';
import type { MediaAnswer, MediaOrder } from './media-orders.ts';

const opened = new Map<number, Media>();

async function answer(order: MediaOrder): Promise<MediaAnswer> {
  if (order.ask === 'start') return { done: true };
  if (order.ask === 'close') {
    await opened.get(order.id)?.close();
    opened.delete(order.id);
    return { done: true };
  }
  const media = opened.get(order.id) ?? (await openReference(order.reference));
  opened.set(order.id, media);
  if (order.ask === 'frames') return { pictures: await media.readFrames(order.times) };
  if (order.ask === 'sound') return { waveform: await media.readWaveform(order.start, order.end) };
  if (order.ask === 'channels') return { sound: await media.readChannels(order.start, order.end) };
  const { container, duration, video, audio, undecoded } = media;
  return { description: { container, duration, video, audio, undecoded } };
}

answerOrders(answer, { showsLife: true });
