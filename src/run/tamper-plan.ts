// Which files `duet data tamper` makes: every recording as it is, and once for each kind of tampering.
import * as z from 'zod';
import { byCodeUnits, type Split, splitNames } from '../data/dataset.ts';
import { tamperedClip } from '../data/tampered-clip.ts';
import { drawTampering, needsOther, type TamperingKind, tamperingKinds } from '../data/tampering.ts';
import { DuetError } from '../errors.ts';
import { createRandom } from '../random.ts';

/** A recording that clips are made of. */
export type Recording = {
  readonly id: string;
  readonly person: string;
  /** Undefined where nothing is divided. */
  readonly split: Split | undefined;
  /** Seconds at which it begins to sound, and that its clips last. */
  readonly begins: number;
  readonly seconds: number;
};

const period = z.strictObject({ start: z.number(), end: z.number() });
const tampering = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('exchanged-sound'), other: z.string() }),
  z.strictObject({ kind: z.literal('shifted-sound'), seconds: z.number() }),
  z.strictObject({ kind: z.enum(['retimed-sound', 'retimed-picture']), factor: z.number() }),
  z.strictObject({ kind: z.literal('reversed-picture') }),
  z.strictObject({ kind: z.literal('frozen-picture'), period }),
  z.strictObject({ kind: z.literal('replaced-picture'), other: z.string(), period }),
]);

/** The list beside the files, as it is written. */
export const tamperListSchema = z.strictObject({
  version: z.literal(1),
  seed: z.int(),
  kinds: z.array(z.enum(tamperingKinds)),
  longestSide: z.int(),
  clips: z.array(
    z.strictObject({
      /** Of the file, within the folder. */
      path: z.string(),
      source: z.string(),
      person: z.string(),
      split: z.enum(splitNames).optional(),
      seconds: z.number(),
      /** Absent for a real clip. */
      tampering: tampering.optional(),
      fake_periods: z.array(z.tuple([z.number(), z.number()])),
    }),
  ),
});
export type TamperList = z.infer<typeof tamperListSchema>;
export type PlannedClip = TamperList['clips'][number];

/**
 * Real and fake clips in the order of their recordings. What is exchanged or replaced comes from another person of the
 * same split, whose recording lasts as long; kinds that need one are left out where there is none.
 * @throws DuetError for recordings whose files would have the same name.
 */
export function planClips(
  recordings: readonly Recording[],
  { seed, kinds }: { readonly seed: number; readonly kinds: readonly TamperingKind[] },
): PlannedClip[] {
  const named = new Map<string, string>();
  const sorted = recordings.toSorted((a, b) => byCodeUnits(a.id, b.id));
  return sorted.flatMap((recording) => {
    const { id, person, split, seconds } = recording;
    const name = id.replace(/\.[^./]+$/, '').replaceAll('/', '-');
    const taken = named.get(name);
    if (taken !== undefined)
      throw new DuetError(`The files of ${taken} and ${id} would both be called ${name}; rename one of the videos.`);
    named.set(name, id);
    const folder = split === undefined ? '' : `${split}/`;
    const clip = (path: string, made?: PlannedClip['tampering']): PlannedClip => ({
      ...{ path: `${folder}${path}/${name}.webm`, source: id, person, ...(split && { split }), seconds },
      ...(made && { tampering: made }),
      fake_periods: tamperedClip(seconds, made).fakePeriods.map(({ start, end }) => [rounded(start), rounded(end)]),
    });
    const others = sorted
      .filter((other) => other.split === split && other.person !== person && other.seconds >= seconds)
      .map((other) => other.id);
    const possible = kinds.filter((kind) => others.length > 0 || !needsOther(kind));
    const drawn = possible.map((kind) =>
      inHundredths(drawTampering(createRandom(seed, 'tamper', id, kind), { seconds, others }, [kind])),
    );
    return [clip('real'), ...drawn.map((made) => clip(`fake/${made.kind}`, made))];
  });
}

/** Speeds in hundredths: sound is resampled between whole rates. */
function inHundredths<Drawn extends object>(drawn: Drawn): Drawn {
  return 'factor' in drawn ? { ...drawn, factor: Math.round(100 * Number(drawn.factor)) / 100 } : drawn;
}

/** Seconds to the millisecond. */
function rounded(seconds: number): number {
  return Math.round(1000 * seconds) / 1000;
}
