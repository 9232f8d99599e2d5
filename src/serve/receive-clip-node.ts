// The clip of a request: bytes in its body, or a path or URL in JSON.
import type { Context } from 'hono';
import * as z from 'zod';
import { type AllowedHosts, openUrl } from './allowed-hosts-node.ts';
import { allowedFile } from './allowed-paths-node.ts';
import { problem } from './problem.ts';
import { type TemporaryFiles, tooLarge } from './temporary-files-node.ts';

export type Sources = {
  /** Folders whose files may be named, links followed. */
  readonly folders: readonly string[];
  readonly hosts: AllowedHosts;
  readonly temporary: TemporaryFiles;
  readonly mostBytes: number;
};

export type ReceivedClip = {
  /** Where it lies. */
  readonly path: string;
  /** What messages call it. */
  readonly name: string;
  /** How much came with the request. */
  readonly bytes: number;
  discard(): Promise<void>;
};

export const namedClipSchema = z.union([
  z.strictObject({ path: z.string().min(1).max(4096).meta({ description: 'A file that the server may read' }) }),
  z.strictObject({ url: z.string().min(1).max(4096).meta({ description: 'A URL that the server may fetch' }) }),
]);

const mostJsonBytes = 65_536;

/** @throws a problem for a body that is none, too large or cut off, and for what is not allowed. */
export async function receiveClip(c: Context, sources: Sources, signal: AbortSignal): Promise<ReceivedClip> {
  const { body } = c.req.raw;
  const type = c.req.header('content-type') ?? '';
  if (!body) throw problem(400, 'The request has no body; send the bytes of a video, or JSON with a path or url.');
  if (type.startsWith('multipart/'))
    throw problem(415, 'Send the bytes of the file as the body and not as a form, such as curl -X POST -T clip.mp4.');
  if (type.startsWith('application/json')) return namedClip(await readJson(body), sources, signal);
  const stated = Number(c.req.header('content-length') ?? 0);
  if (stated > sources.mostBytes) throw tooLarge(sources.mostBytes);
  return temporaryClip(body, 'the upload', sources, signal);
}

async function namedClip(value: unknown, sources: Sources, signal: AbortSignal): Promise<ReceivedClip> {
  const checked = namedClipSchema.safeParse(value);
  if (!checked.success) throw problem(400, 'The JSON must be {"path": "..."} or {"url": "..."}, and nothing else.');
  const named = checked.data;
  if ('path' in named) {
    const path = await allowedFile(named.path, sources.folders);
    return { path, name: named.path, bytes: 0, discard: async () => undefined };
  }
  const response = await openUrl(named.url, sources.hosts, signal);
  if (Number(response.headers['content-length'] ?? 0) > sources.mostBytes) {
    response.destroy();
    throw tooLarge(sources.mostBytes);
  }
  return temporaryClip(response, named.url, sources, signal);
}

async function temporaryClip(
  source: AsyncIterable<Uint8Array>,
  name: string,
  { temporary, mostBytes }: Sources,
  signal: AbortSignal,
): Promise<ReceivedClip> {
  const file = await temporary.receive(source, mostBytes, signal);
  if (file.bytes > 0) return { path: file.path, name, bytes: file.bytes, discard: file.remove };
  await file.remove();
  throw problem(400, 'The file is empty; send the bytes of a video.');
}

async function readJson(body: AsyncIterable<Uint8Array>): Promise<unknown> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of body) {
    bytes += part.length;
    if (bytes > mostJsonBytes) throw problem(413, 'The JSON is larger than any path or URL.');
    parts.push(part);
  }
  try {
    return JSON.parse(Buffer.concat(parts).toString('utf8'));
  } catch {
    throw problem(400, 'The body is not JSON, as its content type says.');
  }
}
