// A model from the Hugging Face hub into the usual cache, and from there ever after.
// HF_ENDPOINT, HF_TOKEN, HF_HUB_OFFLINE and the cache's variables mean what they mean to Python's libraries.

import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { HubApiError, modelInfo, type PathInfo, pathsInfo } from '@huggingface/hub';
import { DuetError, isDuetError, messageOf } from '../errors.ts';
import { withFileLock } from '../files/file-lock-node.ts';
import { kindOfPath } from '../files/read-clearly-node.ts';
import { ensureFolder } from '../files/write-atomic-node.ts';
import { configFiles, readShardNames, shardIndexFile, weightsFile } from './backbone-folder-node.ts';
import {
  blobPath,
  cachedSnapshot,
  commitPattern,
  type HubModel,
  linkIntoSnapshot,
  modelCacheFolder,
  snapshotFolder,
  writeRef,
} from './hub-cache-node.ts';
import { type DownloadProgress, downloadResumably } from './resumable-download-node.ts';

export type HubOptions = {
  /** Called as bytes arrive, file by file. */
  readonly onProgress?: ((progress: DownloadProgress) => void) | undefined;
  /** Stops the download; what has arrived is kept and used by the next attempt. */
  readonly signal?: AbortSignal | undefined;
};

/** What is fetched beside the weights. */
export type HubFiles = {
  /** Those that exist are fetched. */
  readonly beside: readonly string[];
  /** Those of them without which a model in the cache is not whole. */
  readonly required: readonly string[];
};

type Hub = HubOptions & {
  readonly model: HubModel;
  readonly beside: readonly string[];
  readonly endpoint: string;
  readonly fetch: typeof fetch;
};

/** The folder of a model's files: from the cache without any network if they are there, else downloaded and checked. */
export async function fetchHubModel(
  model: HubModel,
  options: HubOptions = {},
  { beside, required }: HubFiles = { beside: configFiles, required: [] },
): Promise<string> {
  const cached = await cachedSnapshot(model, required);
  if (cached !== undefined) return cached;
  if (/^(1|true|yes|on)$/i.test(process.env.HF_HUB_OFFLINE ?? '')) {
    throw new DuetError(
      `${model.name} is not in the cache at ${modelCacheFolder(model)} and HF_HUB_OFFLINE forbids the network; unset it, or name a file or folder.`,
    );
  }
  const endpoint = (process.env.HF_ENDPOINT || 'https://huggingface.co').replace(/\/+$/, '');
  const hub: Hub = { ...options, model, beside, endpoint, fetch: authorisedFetch(await accessToken(), options.signal) };
  try {
    return await fetchSnapshot(hub);
  } catch (error) {
    if (options.signal?.aborted || isDuetError(error)) throw error;
    throw hubError(hub, error);
  }
}

async function fetchSnapshot(hub: Hub): Promise<string> {
  const { model, beside, endpoint } = hub;
  const { sha: commit } = await modelInfo({
    name: model.name,
    revision: model.revision,
    additionalFields: ['sha'],
    hubUrl: endpoint,
    fetch: hub.fetch,
  });
  if (commit === undefined || !commitPattern.test(commit)) throw new Error('it names no commit');
  const files = await filesAt(hub, commit, [weightsFile, shardIndexFile, ...beside]);
  const weights = files.find(({ path }) => path === weightsFile);
  const index = files.find(({ path }) => path === shardIndexFile);
  if (!weights && !index) {
    throw new DuetError(
      `${model.name} has no ${weightsFile} on the hub; choose a model that has one, or convert it and name the file.`,
    );
  }
  // The weights come last: a snapshot counts as whole once they are there.
  const configs = files.filter((file) => file !== weights && file !== index);
  for (const file of configs) await fetchFile(hub, commit, file);
  if (weights) {
    await fetchFile(hub, commit, weights);
  } else if (index) {
    await fetchFile(hub, commit, index);
    const shards = await readShardNames(join(snapshotFolder(model, commit), shardIndexFile));
    for (const shard of await filesAt(hub, commit, shards)) await fetchFile(hub, commit, shard);
  }
  await writeRef(model, commit);
  return snapshotFolder(model, commit);
}

/** Those of the paths that exist at a commit. */
async function filesAt({ model, endpoint, fetch }: Hub, commit: string, paths: string[]): Promise<PathInfo[]> {
  const found = await pathsInfo({
    repo: { type: 'model', name: model.name },
    paths,
    revision: commit,
    hubUrl: endpoint,
    fetch,
  });
  return found.filter(({ type, path }) => type === 'file' && paths.includes(path));
}

async function fetchFile(
  { model, endpoint, fetch, onProgress, signal }: Hub,
  commit: string,
  info: PathInfo,
): Promise<void> {
  const digest = info.lfs?.oid ?? info.oid ?? '';
  if (!/^([0-9a-f]{40}|[0-9a-f]{64})$/.test(digest)) throw new Error(`it gives no checksum for ${info.path}`);
  const path = blobPath(model, digest);
  await ensureFolder(join(modelCacheFolder(model), 'blobs'));
  const fetchBlob = async () => {
    if ((await kindOfPath(path)) !== undefined) return;
    const url = `${endpoint}/${model.name}/resolve/${commit}/${info.path}`;
    const totalBytes = info.lfs?.size ?? info.size;
    await downloadResumably({
      url,
      file: `${model.name}/${info.path}`,
      path,
      totalBytes,
      digest,
      fetch,
      onProgress,
      signal,
    });
  };
  await withFileLock(`${path}.lock`, fetchBlob, { signal });
  await linkIntoSnapshot(model, commit, info.path, digest);
}

/** fetch with the user's token and stop signal; a redirect to another host does not get the token. */
function authorisedFetch(token: string | undefined, signal: AbortSignal | undefined): typeof fetch {
  return (input, init) => {
    const headers = new Headers(init?.headers);
    if (token !== undefined) headers.set('authorization', `Bearer ${token}`);
    return fetch(input, { ...init, headers, ...(signal && { signal }) });
  };
}

async function accessToken(): Promise<string | undefined> {
  const { HF_TOKEN, HUGGING_FACE_HUB_TOKEN, HF_TOKEN_PATH, HF_HOME, XDG_CACHE_HOME } = process.env;
  const home = HF_HOME ?? join(XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'huggingface');
  const token =
    HF_TOKEN ??
    HUGGING_FACE_HUB_TOKEN ??
    (await readFile(HF_TOKEN_PATH ?? join(home, 'token'), 'utf8').catch(() => ''));
  return token.trim() || undefined;
}

function hubError({ model, endpoint }: Hub, error: unknown): DuetError {
  const what = model.revision === 'main' ? model.name : `${model.name} at '${model.revision}'`;
  if (error instanceof HubApiError) {
    if (error.statusCode === 404)
      return new DuetError(`${endpoint} has no model ${what}; check the name.`, { cause: error });
    if (error.statusCode === 401 || error.statusCode === 403) {
      return new DuetError(
        `${endpoint} has no model ${what} that you may read; check the name, or set HF_TOKEN if it is gated.`,
        {
          cause: error,
        },
      );
    }
    return new DuetError(`${endpoint} answered with status ${error.statusCode} for ${what}; try again later.`, {
      cause: error,
    });
  }
  // fetch hides the reason ("getaddrinfo ENOTFOUND ...") one level down.
  const reason = error instanceof Error && error.cause !== undefined ? messageOf(error.cause) : messageOf(error);
  return new DuetError(
    `${what} is not in the cache at ${modelCacheFolder(model)} and ${endpoint} cannot be used (${reason}); ` +
      'connect to the network, set HF_ENDPOINT to a mirror, or name a file or folder.',
    { cause: error },
  );
}
