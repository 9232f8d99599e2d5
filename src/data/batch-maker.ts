// Batches made from stored readings alone: no decoder is touched here, so any number of threads may do it.
import type { Batch, BatchOrder, CachedClip } from './batch.ts';
import { type Arrays, DamagedReading, type Intake, type Row, type StoredReading, type Values } from './intake.ts';

/** A batch without the rows that need a clip whose reading is absent or damaged, and those clips. */
export type MadeBatch = { readonly batch: Batch; readonly damaged: readonly CachedClip[] };

export type BatchMakerOptions = {
  readonly intake: Pick<Intake, 'row'>;
  /** Opens the stored reading with this key; any error means that it is not there. */
  readonly open: (key: string) => Promise<StoredReading>;
};

export type BatchMaker = { make(order: BatchOrder): Promise<MadeBatch> };

type MadeRow = { readonly row: Row; readonly arrays: Arrays };

/** A maker of batches from stored readings. */
export function createBatchMaker({ intake, open }: BatchMakerOptions): BatchMaker {
  /** A reading whose trouble names its clip. */
  async function openClip(clip: CachedClip): Promise<StoredReading> {
    const reading = await open(clip.key).catch((error) => {
      throw new DamagedClip(clip, error);
    });
    return {
      ...reading,
      get: (name) =>
        reading.get(name).catch((error) => {
          throw error instanceof DamagedReading ? new DamagedClip(clip, error) : error;
        }),
    };
  }

  async function make(row: Row, { pass, clips }: BatchOrder): Promise<Arrays> {
    const opened: StoredReading[] = [];
    try {
      const openNamed = async (id: string) => {
        const reading = await openClip(clips.find((clip) => clip.id === id)!);
        opened.push(reading);
        return reading;
      };
      return await intake.row(row, openNamed, pass);
    } finally {
      for (const reading of opened) await reading.close();
    }
  }

  return {
    async make(order) {
      const made: MadeRow[] = [];
      const damaged: CachedClip[] = [];
      for (const row of order.rows) {
        try {
          made.push({ row, arrays: await make(row, order) });
        } catch (error) {
          if (!(error instanceof DamagedClip)) throw error;
          damaged.push(error.clip);
        }
      }
      return { batch: stack(made), damaged };
    },
  };
}

/** Rows side by side. */
export function stack(made: readonly MadeRow[]): Batch {
  const names = Object.keys(made[0]?.arrays ?? {});
  const stacked = (name: string): Values => {
    const first = made[0]!.arrays[name]!;
    if (first instanceof BigInt64Array) return filled(new BigInt64Array(first.length * made.length), name);
    const length = first.length * made.length;
    return filled(first instanceof Uint8Array ? new Uint8Array(length) : new Float32Array(length), name);
  };
  const filled = <Whole extends Values>(whole: Whole, name: string): Whole => {
    made.forEach(({ arrays }, index) => {
      const values = arrays[name]!;
      if (values.length * made.length !== whole.length)
        throw new Error(`the rows of a batch have different lengths of "${name}"`);
      whole.set(values as never, index * values.length);
    });
    return whole;
  };
  return {
    rows: made.map(({ row }) => row),
    arrays: Object.fromEntries(names.map((name) => [name, stacked(name)])),
    count: made.length,
  };
}

class DamagedClip extends Error {
  readonly clip: CachedClip;
  constructor(clip: CachedClip, cause: unknown) {
    super(`The stored reading of ${clip.id} cannot be read.`, { cause });
    this.clip = clip;
  }
}
