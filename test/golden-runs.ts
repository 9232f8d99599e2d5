// The recorded reference runs, where this checkout has them beside it.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../../shared/golden/', import.meta.url));

export const goldenRuns = existsSync(folder)
  ? readdirSync(folder)
      .filter((name) => name.startsWith('ma-avt-'))
      .map((name) => join(folder, name))
  : [];
