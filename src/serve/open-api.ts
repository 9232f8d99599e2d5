// The OpenAPI 3.1 document of a server, made from what its adapters' systems say of their results and options.
import * as z from 'zod';
import { foundMomentsSchema } from '../search/found-moments.ts';
import type { ServedModel } from './models-node.ts';
import { queryParameters } from './prediction-query.ts';
import { searchQuerySchema } from './search-query.ts';
import { servedAdapterSchema } from './served-adapter.ts';

type JsonObject = Readonly<Record<string, unknown>>;

export type DocumentOptions = { readonly version: string; readonly hasToken: boolean; readonly hasSearch: boolean };

const errorSchema = z.object({ error: z.string() });

/** Status codes that a prediction may end with, beside 200. */
const problems = {
  400: 'A parameter or the body is not as described here, or the body was cut off',
  403: 'A path or host that the operator has not allowed',
  404: 'No such adapter, or no such file in an allowed folder',
  413: 'The file is larger than this server takes',
  415: 'A form in the place of the bytes of a file',
  422: 'A file that cannot be read, is too long, or has frames that are too large',
  429: 'Too many requests at once; Retry-After says in how many seconds to come again',
  502: 'A URL that cannot be fetched',
  503: 'The server is starting or ending',
  504: 'The request took longer than this server allows',
  507: 'The disk of the server is full',
};

export function openApiDocument(models: readonly ServedModel[], options: DocumentOptions): JsonObject {
  const { version, hasToken, hasSearch } = options;
  const systems = new Map(models.map(({ adapter: { system } }) => [system.name, system]));
  const schemas: Record<string, unknown> = { Error: jsonSchema(errorSchema), Adapter: jsonSchema(servedAdapterSchema) };
  for (const [name, { result }] of systems) schemas[resultName(name)] = jsonSchema(result);
  if (hasSearch) schemas.FoundMoments = jsonSchema(foundMomentsSchema);
  const adapters = {
    type: 'object',
    required: ['adapters'],
    properties: { adapters: { type: 'array', items: reference('Adapter') } },
  };
  return {
    openapi: '3.1.0',
    info: { title: 'Duet', version, description: 'What happens in videos, by picture and sound together.' },
    ...(hasToken && { security: [{ token: [] }] }),
    paths: {
      ...Object.fromEntries(models.map((model) => [`/v1/predict/${model.name}`, { post: prediction(model) }])),
      '/v1/adapters': {
        get: operation('adapters', 'The adapters that are served', [], { 200: jsonAnswer('They', adapters) }),
      },
      ...(hasSearch && { '/v1/search': { get: search() } }),
      '/healthz': { get: operation('health', 'Whether the server runs', [], { 200: { description: 'It runs' } }) },
      '/readyz': {
        get: operation('readiness', 'Whether it takes work', [], {
          200: { description: 'It does' },
          503: { description: 'It is starting or ending' },
        }),
      },
      '/metrics': { get: operation('metrics', 'Prometheus metrics', [], { 200: { description: 'As text' } }) },
    },
    components: {
      schemas,
      ...(hasToken && { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } }),
    },
  };
}

function prediction({ name, adapter: { system } }: ServedModel): JsonObject {
  const result = reference(resultName(system.name));
  const bytes = { schema: { type: 'string', format: 'binary' } };
  const events =
    'Server-sent events: "clip" with its seconds, a "window" with its own result for each as it comes, "result" with ' +
    'that of the clip; or an "error"';
  return {
    ...operation(
      `predict-${name}`,
      `What ${name} (${system.name}) says of a clip`,
      queryParameters(system).map((parameter) => ({ ...parameter, in: 'query', required: false })),
      {
        200: {
          description: 'The result of the clip',
          content: {
            'application/json': { schema: result },
            'text/event-stream': { schema: { type: 'string', description: events } },
          },
        },
        ...Object.fromEntries(
          Object.entries(problems).map(([status, text]) => [status, jsonAnswer(text, reference('Error'))]),
        ),
      },
    ),
    requestBody: {
      required: true,
      description: 'The bytes of a video, or the path or URL of one where the operator allowed it',
      content: {
        'video/*': bytes,
        'application/octet-stream': bytes,
        'application/json': {
          schema: {
            oneOf: ['path', 'url'].map((key) => ({
              type: 'object',
              required: [key],
              properties: { [key]: { type: 'string' } },
            })),
          },
        },
      },
    },
  };
}

function search(): JsonObject {
  const { properties = {}, required = [] } = z.toJSONSchema(searchQuerySchema, { io: 'input' });
  const parameters = Object.entries(properties).map(([name, schema]) => ({
    ...{ name, in: 'query', required: required.includes(name), schema },
  }));
  return operation('search', 'Moments of the indexed videos that words describe', parameters, {
    200: jsonAnswer('The moments found', reference('FoundMoments')),
    400: jsonAnswer('A query without words, or parameters that are none', reference('Error')),
  });
}

function operation(id: string, summary: string, parameters: readonly JsonObject[], responses: JsonObject): JsonObject {
  return { operationId: id, summary, parameters, responses };
}

function jsonAnswer(description: string, schema: JsonObject): JsonObject {
  return { description, content: { 'application/json': { schema } } };
}

function reference(name: string): JsonObject {
  return { $ref: `#/components/schemas/${name}` };
}

/** `ma-avt` as a component: `ma-avt-result`. */
function resultName(system: string): string {
  return `${system}-result`;
}

function jsonSchema(schema: z.ZodType): JsonObject {
  const { $schema: _, ...rest } = z.toJSONSchema(schema);
  return rest;
}
