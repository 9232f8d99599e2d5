// The model that index and search use where no run is named: the recipe `search`, trained by this project.
import { fileURLToPath } from 'node:url';

/** Two levels up both from src/run and from dist/run. */
export const builtInSearchModel = fileURLToPath(new URL('../../assets/search_micro/', import.meta.url));
