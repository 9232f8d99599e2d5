// What the localiser is given before it learns: its classes as vectors of text, and what its rows are standardised by.
import { plainPass } from '../../data/intake.ts';
import type { ParameterValues } from '../../model/parameters.ts';
import type { Embed, TrainingClips } from '../system.ts';
import { classText, withOtherClasses } from './class-texts.ts';
import type { ClipRows } from './clip-rows.ts';
import type { NetworkConfig } from './config.ts';
import { chunkPass } from './events-rows.ts';
import { rowStatistics } from './row-statistics.ts';
import type { EventsSettings } from './settings.ts';

export type FirstValuesOptions = {
  readonly labels: readonly string[];
  readonly config: NetworkConfig;
  /** Rows of a chunk. */
  readonly length: number;
  readonly textForm: EventsSettings['textForm'];
};

/** Values of the parameters `text.*` and `rows.*` of the events model. */
export async function firstLocaliserValues(
  { walk, embed }: TrainingClips,
  { labels, config, length, textForm }: FirstValuesOptions,
): Promise<ParameterValues> {
  const texts = Object.entries(config.tasks).map(async ([task, { kind }]) => {
    const vectors = await embed(labels.map((label) => classText(label, kind, textForm)));
    return [`text.${task}`, Float32Array.from(vectors.flatMap((vector) => [...vector]))] as const;
  });
  return new Map([...(await Promise.all(texts)), ...(await rowStatistics(rowsOf(walk, length)))]);
}

/** An adapter's parameters for classes of other names. */
export async function localiserFor(
  adapter: ParameterValues,
  names: readonly string[],
  embed: Embed,
  { config, textForm }: Pick<FirstValuesOptions, 'config' | 'textForm'>,
): Promise<ParameterValues> {
  let values = adapter;
  for (const [task, { kind }] of Object.entries(config.tasks)) {
    const vectors = await embed(names.map((name) => classText(name, kind, textForm)));
    values = withOtherClasses(values, task, vectors, config);
  }
  return values;
}

/** The rows of all clips: every other chunk, as they overlap by half. */
async function* rowsOf(
  walk: TrainingClips['walk'],
  length: number,
): AsyncGenerator<Pick<ClipRows, 'steps' | 'visual' | 'audio'>> {
  for (let chunk = 0, found = true; found; chunk += 2) {
    found = false;
    for await (const { arrays, count } of walk(plainPass(chunkPass(chunk))))
      for (let clip = 0; clip < count; clip++) {
        const own = (name: string) => {
          const values = arrays[name] as Float32Array;
          return values.subarray((values.length / count) * clip, (values.length / count) * (clip + 1));
        };
        const steps = own('mask').reduce((sum, value) => sum + value, 0);
        if (steps === 0) continue;
        found = true;
        const [isSeen, isHeard] = own('present');
        const part = (name: string, isThere: number) =>
          own(name).subarray(0, isThere * steps * (own(name).length / length));
        yield { steps, visual: part('visual', isSeen!), audio: part('audio', isHeard!) };
      }
  }
}
