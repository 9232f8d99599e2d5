// Packages of bench/peers/package.json, which the product does not install.
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Where the peers' packages are installed. */
export const peersFolder = resolve(process.env.DUET_BENCH_PEERS ?? 'bench/peers');

const require = createRequire(`${peersFolder}/package.json`);

/** The file that a package's main entry is. @throws when it is not installed. */
export function packageEntry(name: string): string {
  return require.resolve(name);
}

export async function loadPackage<Module>(name: string): Promise<Module> {
  return (await import(pathToFileURL(packageEntry(name)).href)) as Module;
}
