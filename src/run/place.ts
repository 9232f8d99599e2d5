// Where a run's files are kept: a folder, or a page's database.

/** Where a run is kept, by the names of its files: a folder, a browser's storage, or the memory. */
export type Place = {
  /** What messages call it. */
  readonly name: string;
  /** Undefined where there is no such file. */
  read(file: string): Promise<Uint8Array | undefined>;
  /** Whole or not at all. */
  write(file: string, bytes: Uint8Array): Promise<void>;
};

export const runFiles = {
  config: 'config.json',
  splits: 'splits.json',
  history: 'history.json',
  checkpoint: 'checkpoint.safetensors',
} as const;

export async function writeText(place: Place, file: string, text: string): Promise<void> {
  await place.write(file, new TextEncoder().encode(text));
}
