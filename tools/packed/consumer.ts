import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Manifest } from '../workspace.ts';
import { plainEnvironment, runProgram } from './run-program.ts';

/** An empty project that has installed the tarballs, and nothing of this workspace. */
export interface Consumer {
  readonly dir: string;
  /** Names of our packages. */
  readonly packages: readonly string[];
  readonly homeOf: (name: string) => string;
  readonly manifestOf: (name: string) => Manifest;
}

/**
 * @param programs folder of the programs that the project shall run
 * @param peers the versions of peers that are tested, by name
 */
export async function installConsumer(
  dir: string,
  programs: string,
  tarballs: readonly string[],
  peers: Readonly<Record<string, string>>,
): Promise<Consumer> {
  mkdirSync(dir, { recursive: true });
  writeFileSync(join(dir, 'package.json'), JSON.stringify({ name: 'consumer', version: '1.0.0', private: true }));
  for (const program of readdirSync(programs)) {
    // One TypeScript program stands for an ES module and for a CommonJS one.
    const names = program.endsWith('.ts')
      ? [program.replace('.ts', '.mts'), program.replace('.ts', '.cts')]
      : [program];
    for (const name of names) copyFileSync(join(programs, program), join(dir, name));
  }
  const wanted = Object.entries(peers).map(([name, version]) => `${name}@${version}`);
  await runProgram('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', ...tarballs, ...wanted], {
    cwd: dir,
    env: plainEnvironment(),
  });
  const homeOf = (name: string): string => join(dir, 'node_modules', name);
  const packages = readdirSync(homeOf('@millrace')).map((id) => `@millrace/${id}`);
  const manifestOf = (name: string): Manifest =>
    JSON.parse(readFileSync(join(homeOf(name), 'package.json'), 'utf8')) as Manifest;
  const entries = packages.flatMap((name) =>
    Object.keys(manifestOf(name).exports ?? {})
      .filter((entry) => !entry.endsWith('.json'))
      .map((entry) => name + entry.slice('.'.length)),
  );
  const every = entries.map((entry, index) => `export * as entry${index} from '${entry}';\n`).join('');
  for (const name of ['every.mts', 'every.cts']) writeFileSync(join(dir, name), every);
  return {
    dir,
    packages,
    homeOf,
    manifestOf,
  };
}
