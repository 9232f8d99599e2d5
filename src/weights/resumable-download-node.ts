// One file over HTTP, checked by its hash, going on where an earlier attempt broke off.

import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { DuetError, isDuetError, messageOf } from '../errors.ts';
import { writeError } from '../files/file-error.ts';

export type DownloadProgress = { readonly file: string; readonly receivedBytes: number; readonly totalBytes: number };

export type Download = {
  readonly url: string;
  /** What messages and progress call it. */
  readonly file: string;
  /** Where it goes when it is whole and right; until then it grows as `path`.incomplete. */
  readonly path: string;
  readonly totalBytes: number;
  /** SHA-256 in 64 hexadecimal digits, or git's SHA-1 of the blob in 40. */
  readonly digest: string;
  readonly fetch: typeof fetch;
  readonly onProgress?: ((progress: DownloadProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
};

/** Attempts in a row that bring nothing before giving up, and the pause after each in milliseconds. */
const fruitlessAttempts = 3;
const pause = 500;

/**
 * Downloads a file whole. An abort rejects with the signal's reason and keeps what has arrived; all else is a
 * DuetError.
 */
export async function downloadResumably(download: Download): Promise<void> {
  const { file, path, totalBytes, signal } = download;
  const partial = `${path}.incomplete`;
  let received = await sizeOf(partial);
  for (let fruitless = 0; received < totalBytes; ) {
    const before = received;
    let failure: unknown;
    try {
      await receive(download, partial, received);
    } catch (error) {
      if (signal?.aborted || isDuetError(error)) throw error;
      failure = error;
    }
    received = await sizeOf(partial);
    if (received >= totalBytes) break;
    fruitless = received > before ? 0 : fruitless + 1;
    if (fruitless === fruitlessAttempts) {
      const why = failure === undefined ? 'the server sent less than it announced' : messageOf(failure);
      throw new DuetError(
        `The download of ${file} broke off after ${received} of ${totalBytes} bytes (${why}); run again to go on from there.`,
      );
    }
    await wait(pause * fruitless, undefined, { ...(signal && { signal }) }).catch(() => signal?.throwIfAborted());
  }
  if (received !== totalBytes || (await digestOf(partial, totalBytes, download.digest)) !== download.digest) {
    await rm(partial, { force: true });
    throw new DuetError(
      `The download of ${file} arrived damaged: its size or checksum is not the hub's; run again to fetch it again.`,
    );
  }
  await rename(partial, path).catch((error: unknown) => {
    throw writeError(path, error);
  });
}

async function receive(
  { url, file, totalBytes, fetch, onProgress }: Download,
  partial: string,
  from: number,
): Promise<void> {
  const response = await fetch(url, { headers: from > 0 ? { range: `bytes=${from}-` } : {} });
  if (response.status === 416) return rm(partial, { force: true });
  if (response.status === 401 || response.status === 403) {
    throw new DuetError(
      `The hub does not let you download ${file}; accept the model's terms there and set HF_TOKEN to your token.`,
    );
  }
  if (!response.ok || !response.body) throw new Error(`status ${response.status}`);
  // A server that knows no ranges starts from the front again.
  const resumed =
    response.status === 206 && response.headers.get('content-range')?.startsWith(`bytes ${from}-`) === true;
  if (response.status === 206 && !resumed) throw new Error('the server sent another part of the file');
  const target = await openForWriting(partial, resumed ? 'a' : 'w');
  let received = resumed ? from : 0;
  try {
    for await (const chunk of response.body) {
      await target.appendFile(chunk).catch((error: unknown) => {
        throw writeError(partial, error);
      });
      received += chunk.byteLength;
      onProgress?.({ file, receivedBytes: received, totalBytes });
      if (received > totalBytes) return;
    }
  } finally {
    await target.close();
  }
}

async function openForWriting(path: string, flags: 'a' | 'w'): Promise<FileHandle> {
  try {
    return await open(path, flags);
  } catch (error) {
    throw writeError(path, error);
  }
}

async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}

async function digestOf(path: string, size: number, like: string): Promise<string> {
  const hash = like.length === 64 ? createHash('sha256') : createHash('sha1').update(`blob ${size}\0`);
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return hash.digest('hex');
}
