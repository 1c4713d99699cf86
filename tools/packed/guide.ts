import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { GUIDE, guideFiles } from '../guide-files.ts';
import { plainEnvironment, runProgram } from './run-program.ts';

/** Does what a reader of the guide does: copies its files into an empty folder, and installs. */
export async function installGuide(root: string, dir: string, tarballs: readonly string[]): Promise<void> {
  for (const [name, text] of guideFiles(readFileSync(join(root, GUIDE), 'utf8'))) {
    const path = join(dir, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  // What is not published yet comes from its tarball; the ranges of the guide's package.json have to fit it.
  const own = tarballs.filter((tarball) => /\/millrace-(core|framing|testkit)-/.test(tarball));
  await runProgram('npm', ['install', '--no-audit', '--no-fund', '--no-save', '--prefer-offline', ...own], {
    cwd: dir,
    env: plainEnvironment(),
  });
}

/** Builds, tests and packs, under one version of Node. */
export async function followGuide(dir: string, node: string): Promise<readonly string[]> {
  const run = (...args: readonly string[]): Promise<string> =>
    runProgram(node, args, { cwd: dir, env: plainEnvironment() });
  await run('node_modules/typescript/bin/tsc');
  const tested = await run('--test', 'test/conformance.ts');
  const packed = await runProgram('npm', ['pack', '--dry-run', '--json'], { cwd: dir, env: plainEnvironment() });
  const built = packed.includes('dist/index.js') && packed.includes('dist/index.d.ts') && !packed.includes('src/');
  return [
    ...(/^\S+ fail 0$/m.test(tested) && /^\S+ pass \d{2,}$/m.test(tested) ? [] : [tested]),
    ...(built ? [] : [`The package must hold what was built, and nothing else:\n${packed}`]),
  ];
}
