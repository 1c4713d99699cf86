import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Service } from './backend.ts';

const PACKAGES = fileURLToPath(new URL('../../packages/', import.meta.url));
/** Tests the local servers themselves. */
const LOCAL = '@millrace/local';

interface Manifest {
  readonly name: string;
  readonly [kind: `${string}ependencies`]: Readonly<Record<string, string>> | undefined;
}

/** Names the packages whose tests talk to one of these services: those that have its client and the local servers. */
export function suitesFor(services: readonly Service[]): readonly string[] {
  return readdirSync(PACKAGES).filter((folder) => {
    const manifest = JSON.parse(readFileSync(`${PACKAGES}${folder}/package.json`, 'utf8')) as Manifest;
    const dependencies = { ...manifest.dependencies, ...manifest.devDependencies };
    const clients = services.map((service) => `@aws-sdk/client-${service}`);
    return manifest.name !== LOCAL && LOCAL in dependencies && clients.some((client) => client in dependencies);
  });
}
