// The windows of clips for several adapters, one clip after another: what a reading process does
// (window-readers-node.ts).
import type { Window } from '../data/intake.ts';
import type { MediaDescription } from '../data/media-orders.ts';
import type { MissingPolicy } from '../data/model-inputs.ts';
import type { Media, MediaReference } from '../media/media.ts';
import { openReference } from '../media/open-reference-node.ts';
import type { SessionOptions } from '../runtime/session.ts';
import { nodeSessions } from '../runtime/session-node.ts';
import { openAdapter } from './open-adapter-node.ts';
import { type ReadingIntake, readingIntake } from './reading-intake.ts';

/** An adapter as a process opens it again: by names and paths. */
export type NamedAdapter = {
  /** Folder that training wrote, or any adapter folder. */
  readonly run: string;
  /** Where the backbone lies now, if not where the adapter says. */
  readonly backbone?: string | undefined;
  /** What to do about a clip without picture or sound. */
  readonly missing: MissingPolicy;
};

/** What a reading process is started with. */
export type WindowArgument = {
  readonly adapters: readonly NamedAdapter[];
  /** For systems whose clips are read with a session. */
  readonly session?: SessionOptions | undefined;
};

export type WindowOrder =
  | { readonly ask: 'start' }
  | { readonly ask: 'open'; readonly adapter: number; readonly reference: MediaReference; readonly hop?: number }
  | { readonly ask: 'next' }
  | { readonly ask: 'close' };

export type WindowAnswer =
  | { readonly done: true }
  | { readonly description: MediaDescription }
  | { readonly window: Window };

/** Answers orders in turn. An opened clip is closed by the next one that is opened. */
export function windowSource({ adapters, session }: WindowArgument): (order: WindowOrder) => Promise<WindowAnswer> {
  const intakes = new Map<number, Promise<ReadingIntake>>();
  let clip: { readonly media: Media; readonly windows: AsyncIterator<Window> } | undefined;

  const intakeOf = (index: number) => {
    const known = intakes.get(index);
    if (known) return known;
    const { run, backbone, missing } = adapters[index]!;
    const opened = openAdapter(run, { backbone, changes: { missing } }).then(({ open }) =>
      readingIntake(open, () => nodeSessions(session)),
    );
    intakes.set(index, opened);
    return opened;
  };
  const close = async () => {
    const closing = clip;
    clip = undefined;
    await closing?.windows.return?.();
    await closing?.media.close();
  };

  return async (order) => {
    if (order.ask === 'start') {
      await Promise.all(adapters.map((_, index) => intakeOf(index)));
      return { done: true };
    }
    if (order.ask === 'close') {
      await close();
      return { done: true };
    }
    if (order.ask === 'open') {
      await close();
      const { intake } = await intakeOf(order.adapter);
      const media = await openReference(order.reference);
      clip = { media, windows: intake.windows(media, { hop: order.hop })[Symbol.asyncIterator]() };
      const { container, duration, video, audio } = media;
      return { description: { container, duration, video, audio } };
    }
    const next = await clip!.windows.next();
    if (next.done) return { done: true };
    // The frame is for people to see, and may be larger than all that the model takes.
    const { frame: _, ...window } = next.value;
    return { window };
  };
}
