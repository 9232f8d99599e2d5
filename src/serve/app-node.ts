// The routes of the server, who may call them, and what is written down about each request.
import { randomUUID } from 'node:crypto';
import type { HttpBindings } from '@hono/node-server';
import { type Context, Hono } from 'hono';
import { messageOf } from '../errors.ts';
import type { Log } from './log.ts';
import type { Metrics } from './metrics-node.ts';
import { openApiDocument } from './open-api.ts';
import { tryPage } from './page.ts';
import { type PredictRoute, predictRoute } from './predict-route-node.ts';
import { problem, problemOf } from './problem.ts';
import { type Search, searchRoute } from './search-route.ts';
import { servedAdapter } from './served-adapter.ts';
import { hasToken } from './token-node.ts';

export type AppOptions = Omit<PredictRoute, 'onFault'> & {
  /** What callers must show; undefined where only this computer can call. */
  readonly token: string | undefined;
  /** Where an index is served. */
  readonly search: Search | undefined;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly version: string;
  /** Whether new work is taken: not before everything is loaded, nor once the server is ending. */
  isReady(): boolean;
};

type Environment = { Bindings: HttpBindings; Variables: { id: string } };

/** Routes that anybody may call: they say nothing of models or clips. */
const openRoutes = ['/', '/healthz', '/readyz'];

export function createApp(options: AppOptions): Hono<Environment> {
  const { token, models, log, metrics, search, version, isReady } = options;
  const app = new Hono<Environment>();
  const document = openApiDocument(models.list, { version, hasToken: token !== undefined, hasSearch: !!search });

  app.use(async (c, next) => {
    const began = performance.now();
    const given = c.req.header('x-request-id');
    const id = given !== undefined && /^[\w.-]{1,100}$/.test(given) ? given : randomUUID();
    c.set('id', id);
    c.header('X-Request-Id', id);
    c.header('X-Content-Type-Options', 'nosniff');
    const note = (status: number) => {
      const seconds = (performance.now() - began) / 1000;
      const { method, routePath, path } = c.req;
      // A path that no route has could be anything, and so many rows of metrics.
      const route = status === 404 && routePath === '/*' ? 'none' : routePath;
      metrics.request(route, status, seconds);
      if (openRoutes.includes(path)) return;
      log(status < 500 ? 'info' : 'error', 'request', {
        id,
        method,
        path,
        status,
        seconds: Number(seconds.toFixed(3)),
      });
    };
    const outgoing = c.env?.outgoing;
    // A stream goes on when its response is made; 499 is nginx's status for a client that went away.
    outgoing?.once('close', () => note(outgoing.writableFinished ? c.res.status : 499));
    await next();
    if (!outgoing) note(c.res.status);
  });

  app.use(async (c, next) => {
    checkOrigin(c, token === undefined);
    if (token !== undefined && !openRoutes.includes(c.req.path) && !hasToken(c.req.header('authorization'), token)) {
      c.header('WWW-Authenticate', 'Bearer');
      throw problem(401, 'This needs the token of the server, as the header "Authorization: Bearer TOKEN".');
    }
    await next();
  });

  const fault = (error: unknown, id?: string) =>
    log('error', 'fault', { id, message: messageOf(error), stack: error instanceof Error ? error.stack : undefined });

  app.onError((error, c) => {
    const found = problemOf(error);
    if (found) {
      if ('getResponse' in error && typeof error.getResponse === 'function')
        for (const [name, value] of (error.getResponse() as Response).headers) c.header(name, value);
      return c.json({ error: found.message }, found.status as 400);
    }
    // A client that went away hears nothing.
    if (c.req.raw.signal.aborted) return c.json({ error: 'The request was given up.' }, 499 as 400);
    fault(error, c.get('id'));
    return c.json({ error: `The server made a fault; its log has more about ${c.get('id')}.` }, 500);
  });
  app.notFound((c) => c.json({ error: `There is no ${c.req.path} here; GET /openapi.json lists what there is.` }, 404));

  app.get('/', (c) => tryPage(c));
  app.get('/healthz', (c) => c.json({ status: 'ok' }));
  app.get('/readyz', (c) => (isReady() ? c.json({ status: 'ready' }) : c.json({ status: 'not ready' }, 503)));
  app.get('/metrics', async (c) => {
    const { body, type } = await metrics.text();
    return c.body(body, 200, { 'Content-Type': type });
  });
  app.get('/openapi.json', (c) => c.json(document));
  app.get('/v1/adapters', (c) => c.json({ adapters: models.list.map(servedAdapter) }));
  app.post('/v1/predict/:adapter', (c) => {
    if (!isReady()) throw problem(503, 'This server is starting or ending; send the request again.', 1);
    return predictRoute(c as unknown as Context, { ...options, onFault: (error) => fault(error, c.get('id')) });
  });
  if (search) app.get('/v1/search', (c) => searchRoute(c as unknown as Context, search));
  return app;
}

const loopbackNames = ['localhost', '127.0.0.1', '[::1]'];

/**
 * A page elsewhere may make its visitors' browsers call this server: without a token, by a name of its own that it lets
 * stand for this computer, and from any origin.
 */
function checkOrigin(c: Context<Environment>, isLoopback: boolean): void {
  const host = c.req.header('host') ?? '';
  const origin = c.req.header('origin');
  const name = host.replace(/:\d+$/, '');
  if (isLoopback && host !== '' && !loopbackNames.includes(name))
    throw problem(403, 'Without a token, this server answers to the names localhost and 127.0.0.1 only.');
  if (origin !== undefined && origin.replace(/^https?:\/\//, '') !== host)
    throw problem(403, 'This server does not answer pages of other origins.');
}
