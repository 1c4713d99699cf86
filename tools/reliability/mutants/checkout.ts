import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const ROOT = join(import.meta.dirname, '../../..');

/** Lists every file of the checkout that Git does not ignore, committed or not. */
export function filesOfCheckout(): readonly string[] {
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], {
    cwd: ROOT,
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
  return listed.split('\0').filter((file) => file !== '' && existsSync(join(ROOT, file)));
}

/**
 * Copies the checkout with its uncommitted changes into a temporary folder, so that mutants never come near the files that
 * someone edits. Dependencies are links into the checkout; the packages of the workspace are those of the copy.
 */
export function copyCheckout(files: readonly string[]): { readonly root: string; readonly remove: () => void } {
  const root = mkdtempSync(join(tmpdir(), 'millrace-mutants-'));
  for (const file of files) {
    const target = join(root, file);
    mkdirSync(dirname(target), { recursive: true });
    const source = join(ROOT, file);
    if (lstatSync(source).isSymbolicLink()) symlinkSync(readlinkSync(source), target);
    else copyFileSync(source, target);
  }
  linkDependencies('node_modules', root);
  for (const name of readdirSync(join(root, 'packages'))) linkDependencies(`packages/${name}/node_modules`, root);
  return { root, remove: () => rmSync(root, { recursive: true, force: true }) };
}

function linkDependencies(folder: string, root: string): void {
  const source = join(ROOT, folder);
  if (!existsSync(source)) return;
  mkdirSync(join(root, folder), { recursive: true });
  for (const name of readdirSync(source)) {
    // Caches of tools, which must not be shared.
    if (name.startsWith('.') && name !== '.pnpm' && name !== '.bin') continue;
    if (name === '@millrace') linkPackages(join(source, name), join(root, folder, name));
    else symlinkSync(join(source, name), join(root, folder, name));
  }
}

/** Repeats the links of pnpm, which are relative, so that they name the packages of the copy. */
function linkPackages(source: string, target: string): void {
  mkdirSync(target);
  for (const name of readdirSync(source)) symlinkSync(readlinkSync(join(source, name)), join(target, name));
}
