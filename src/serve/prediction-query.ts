// What the query of a prediction's URL may ask: the stretch of the clip, and the options of its system's result.
import * as z from 'zod';
import { DuetError, isDuetError } from '../errors.ts';
import { checkSchema, nearest } from '../files/schema-error.ts';
import type { System } from '../systems/system.ts';
import { problem } from './problem.ts';

const seconds = z.number().min(0);

const stretchSchema = z.object({
  start: seconds.optional().meta({ help: 'seconds at which to begin' }),
  end: seconds.optional().meta({ help: 'seconds at which to stop' }),
  hop: z.number().min(0.1).optional().meta({ help: 'seconds from one window of a longer clip to the next' }),
});

export type PredictionQuery = {
  readonly stretch: { readonly start?: number; readonly end?: number };
  readonly hop: number | undefined;
  /** As the system's `resultOptions` has them. */
  readonly options: unknown;
};

export type QueryParameter = {
  readonly name: string;
  readonly description: string;
  readonly schema: Readonly<Record<string, unknown>>;
};

/** The parameters of a system's predictions, for the document and for messages. */
export function queryParameters({ resultOptions }: Pick<System, 'resultOptions'>): QueryParameter[] {
  return [stretchSchema, resultOptions].flatMap((schema) => {
    const { properties = {} } = z.toJSONSchema(schema, { io: 'input' });
    return Object.entries(properties).map(([name, property]) => {
      const { help = '', flag: _, ...type } = property as Record<string, unknown>;
      return { name, description: String(help), schema: type };
    });
  });
}

/** @throws a problem that names what is wrong. */
export function predictionQuery(system: System, query: Readonly<Record<string, string>>): PredictionQuery {
  const known = queryParameters(system).map(({ name }) => name);
  for (const name of Object.keys(query)) {
    if (known.includes(name)) continue;
    const meant = nearest(name, known);
    throw problem(
      400,
      `There is no parameter "${name}"; ${meant ? `did you mean "${meant}"?` : `use ${known.join(', ')}.`}`,
    );
  }
  const values = Object.fromEntries(Object.entries(query).map(([name, text]) => [name, plainValue(text)]));
  try {
    const { start, end, hop } = checkSchema(stretchSchema, values, 'The query');
    if (end !== undefined && end <= (start ?? 0))
      throw new DuetError('The query has an end that is not after its start.');
    const stretch = { ...(start !== undefined && { start }), ...(end !== undefined && { end }) };
    return { stretch, hop, options: checkSchema(system.resultOptions, values, 'The query') };
  } catch (error) {
    throw isDuetError(error) ? problem(400, error.message) : error;
  }
}

/** Numbers, true, false and null as such, anything else as text. */
function plainValue(text: string): unknown {
  if (/^(true|false|null)$/.test(text)) return JSON.parse(text);
  return text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : text;
}
