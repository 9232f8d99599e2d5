// A small server for the built page: files of one folder, to this computer only, isolated so that the page may use
// threads.
import { createReadStream } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import { extname, resolve, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { listenOn } from '../files/listen.ts';

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
  '.json': 'application/json',
};

/** Pages that these isolate from others may share memory between threads. */
export const isolationHeaders = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

/**
 * The page's own files alone, with what its runtimes and recordings need: WebAssembly, workers made from text, clips
 * and pictures as blobs; and backbones that the user asks the hub for, which come from hosts of its own choice.
 */
export const studioPolicy = [
  "default-src 'self'",
  "script-src 'self' 'wasm-unsafe-eval' blob:",
  "worker-src 'self' blob:",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' blob: data:",
  "media-src 'self' blob:",
  "connect-src 'self' blob: data: https:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

export type StaticServer = { readonly url: string; close(): Promise<void> };

/**
 * Serves a folder on 127.0.0.1. @param port 0 for any free one. @param policy its pages' Content-Security-Policy.
 * @throws DuetError when the port is taken.
 */
export async function serveFolder(folder: string, port: number, policy?: string): Promise<StaticServer> {
  const root = await realpath(folder);
  const server = createServer(async (request, response) => {
    try {
      // A page elsewhere that resolves its own name to this computer is not answered.
      const host = (request.headers.host ?? '').replace(/:\d+$/, '');
      if (host !== '127.0.0.1' && host !== 'localhost') return end(response, 403);
      if (request.method !== 'GET' && request.method !== 'HEAD') return end(response, 405);
      const path = resolve(root, `.${decodeURIComponent(new URL(request.url ?? '/', 'http://localhost').pathname)}`);
      // What a link leads to counts, not where it lies.
      const file = await realpath(path === root ? resolve(root, 'index.html') : path);
      const status = await stat(file);
      if (!file.startsWith(root + sep) || !status.isFile()) return end(response, 404);
      const { size } = status;
      const isNamedByContent = /-[\w-]{8}\.\w+$/.test(file);
      response.writeHead(200, {
        ...isolationHeaders,
        ...(policy !== undefined && { 'Content-Security-Policy': policy }),
        'Content-Type': types[extname(file)] ?? 'application/octet-stream',
        'Content-Length': size,
        'Cache-Control': isNamedByContent ? 'max-age=31536000, immutable' : 'no-cache',
        'X-Content-Type-Options': 'nosniff',
      });
      if (request.method === 'HEAD') response.end();
      else await pipeline(createReadStream(file), response);
    } catch {
      if (!response.headersSent) end(response, 404);
      else response.destroy();
    }
  });
  const chosen = await listenOn(server, port, '127.0.0.1');
  return {
    url: `http://127.0.0.1:${chosen}/`,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

function end(response: ServerResponse, status: number): void {
  response.writeHead(status).end();
}
