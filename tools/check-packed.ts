import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { useCommand } from './packed/command.ts';
import { type Consumer, installConsumer } from './packed/consumer.ts';
import { followGuide, installGuide } from './packed/guide.ts';
import { contentProblems } from './packed/contents.ts';
import { packAll } from './packed/pack.ts';
import { plainNodes } from './packed/plain-nodes.ts';
import { plainEnvironment, runProgram } from './packed/run-program.ts';
import { resolutions, typeProblems } from './packed/types.ts';
import { type Manifest, readWorkspace } from './workspace.ts';

/**
 * Proves the packages as they would be published: packs each, asks publint and are-the-types-wrong, installs all of them
 * in an empty project, and runs and compiles the programs of `test/packed` there, under plain Node 22 and 24. The guide to plugins
 * is followed by copy and paste in another.
 */
const root = fileURLToPath(new URL('../', import.meta.url));
const workspace = readWorkspace(new URL('../', import.meta.url));
const unbuilt = workspace.packages.filter(({ dir }) => !existsSync(join(root, dir, 'dist/index.js')));
if (unbuilt.length > 0) {
  console.error(`Run \`pnpm run build\` first: ${unbuilt.map(({ id }) => id).join(', ')} have no dist.`);
  process.exit(1);
}

/** Entry points beside the main one are found by `exports`, which TypeScript's `node10` does not read, and every Node here does. */
const ATTW_PROFILE = ['--profile', 'node16'];

let failed = 0;
async function step(name: string, work: () => Promise<readonly string[] | void> | readonly string[]): Promise<void> {
  const started = performance.now();
  let problems: readonly string[];
  try {
    problems = (await work()) ?? [];
  } catch (error) {
    problems = [error instanceof Error ? error.message : String(error)];
  }
  if (problems.length > 0) failed += 1;
  console.log(`${problems.length === 0 ? '✓' : '✗'} ${name} (${((performance.now() - started) / 1000).toFixed(1)} s)`);
  for (const problem of problems) console.log(problem.replaceAll(/^/gm, '    '));
}

/** The versions of peers and of Node's types that the workspace itself is tested with. */
function testedPeers(): Record<string, string> {
  const tested = { '@types/node': installedVersion('.', '@types/node') };
  for (const { dir, manifest } of workspace.packages) {
    const peers = Object.keys(manifest.peerDependencies ?? {}).filter((name) => !name.startsWith('@millrace/'));
    for (const name of peers) Object.assign(tested, { [name]: installedVersion(dir, name) });
  }
  return tested;
}

function installedVersion(dir: string, name: string): string {
  const manifest = JSON.parse(readFileSync(join(root, dir, 'node_modules', name, 'package.json'), 'utf8')) as Manifest;
  return manifest.version!;
}

const temporary = mkdtempSync(join(tmpdir(), 'millrace-packed-'));
try {
  let tarballs: readonly string[] = [];
  let consumer: Consumer | undefined;
  await step('packs', async () => {
    const into = join(temporary, 'tarballs');
    mkdirSync(into);
    tarballs = await packAll(root, into);
  });
  for (const tarball of tarballs) {
    const name = tarball.slice(tarball.lastIndexOf('/') + 1);
    await step(`${name}: publint`, async () => void (await runProgram('publint', ['run', '--strict', tarball])));
    await step(
      `${name}: are the types wrong`,
      async () => void (await runProgram('attw', ['--no-color', '--format', 'ascii', ...ATTW_PROFILE, tarball])),
    );
  }
  await step('installs in an empty project', async () => {
    consumer = await installConsumer(join(temporary, 'consumer'), join(root, 'test/packed'), tarballs, testedPeers());
  });
  if (consumer !== undefined) {
    const { dir, packages } = consumer;
    const project = consumer;
    for (const name of packages) await step(`${name}: contents`, () => contentProblems(project, name));
    for (const resolution of Object.keys(resolutions)) {
      await step(`types under TypeScript, ${resolution}`, () => typeProblems(project, resolution));
    }
    const guide = join(temporary, 'guide');
    await step('the guide, copied into an empty folder, installs', () => installGuide(root, guide, tarballs));
    for (const { version, path } of await plainNodes(join(temporary, 'nodes'))) {
      await step(`the command under Node ${version}`, () => useCommand(project, path));
      await step(`the guide's plugins build and pass the kit under Node ${version}`, () => followGuide(guide, path));
      for (const program of ['smoke.mjs', 'smoke.cjs']) {
        // Lambda's Node 22 is documented to start without require(esm), so the CommonJS build must do without it.
        const flags = program.endsWith('.cjs')
          ? ['--no-experimental-require-module', '--no-experimental-detect-module']
          : [];
        await step(`${program} under Node ${version}`, async () => {
          await runProgram(path, [...flags, program], { cwd: dir, env: plainEnvironment() });
        });
      }
    }
  }
} finally {
  rmSync(temporary, { recursive: true, force: true });
}
console.log(failed === 0 ? 'The packages are fit to publish.' : `${failed} checks failed.`);
process.exitCode = failed === 0 ? 0 : 1;
