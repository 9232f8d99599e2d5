// GET /v1/search: moments of an index that words describe.
import type { Context } from 'hono';
import { isDuetError } from '../errors.ts';
import { checkSchema } from '../files/schema-error.ts';
import type { OpenSearch } from '../run/search-node.ts';
import { problem } from './problem.ts';
import { searchQuerySchema } from './search-query.ts';

export type Search = Pick<OpenSearch, 'search'>;

export async function searchRoute(c: Context, { search }: Search): Promise<Response> {
  try {
    return c.json(await search(checkSchema(searchQuerySchema, c.req.query(), 'The query')));
  } catch (error) {
    throw isDuetError(error) ? problem(400, error.message) : error;
  }
}
