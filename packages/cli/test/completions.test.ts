import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { completionScript, SHELLS, type ShellName } from '../src/completions/completion-script.ts';
import { describeCommands } from '../src/completions/describe-commands.ts';
import { createProgram } from '../src/program.ts';

const folder = mkdtempSync(join(tmpdir(), 'millrace-completions-'));
afterAll(() => rmSync(folder, { recursive: true }));

function scriptOf(shell: ShellName): string {
  const path = join(folder, `millrace.${shell}`);
  writeFileSync(path, completionScript(shell, describeCommands(createProgram(() => {}))));
  return path;
}

/** What each shell offers after some words, of which the last one is being typed. */
const offered: Readonly<Record<ShellName, (script: string, words: readonly string[]) => string>> = {
  bash: (script, words) =>
    execFileSync(
      'bash',
      [
        '--norc',
        '-c',
        'source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _millrace; printf "%s\\n" "${COMPREPLY[@]}"',
        'test',
        script,
        ...words,
      ],
      { encoding: 'utf8' },
    ),
  // The function is what zsh's completion calls; how it shows what `_describe` is given is zsh's own.
  zsh: (script, words) =>
    execFileSync(
      'zsh',
      [
        '-f',
        '-c',
        'compdef() { :; }; _describe() { print -l -- "${(@P)2}"; }; source "$1"; shift; words=("$@"); CURRENT=$#; _millrace',
        'test',
        script,
        ...words,
      ],
      { encoding: 'utf8' },
    ),
  fish: (script, words) =>
    execFileSync('fish', ['--no-config', '-c', `source ${script}; complete -C '${words.join(' ')}'`], {
      encoding: 'utf8',
    }),
};

function isInstalled(shell: ShellName): boolean {
  return spawnSync(shell, ['--version']).status === 0;
}

// Whoever has no zsh or fish tests what is there; in CI all three are.
const installed = SHELLS.filter((shell) => process.env['MILLRACE_TEST_SHELLS'] === 'required' || isInstalled(shell));

describe.each(installed)('%s', (shell) => {
  it('offers commands, commands of commands, and options', () => {
    const script = scriptOf(shell);
    const first = (words: readonly string[]): readonly string[] =>
      offered[shell](script, words)
        .split('\n')
        .map((line) => line.split(/[\t:]/, 1)[0]!);
    expect(first(['millrace', ''])).toEqual(expect.arrayContaining(['check', 'run', 'quarantine', 'replay', 'purge']));
    const below = first(['millrace', 'quarantine', '']);
    expect(below).toEqual(expect.arrayContaining(['ls', 'show', 'export', 'edit']));
    expect(below).not.toContain('run');
    expect(first(['millrace', 'run', '--'])).toEqual(expect.arrayContaining(['--prefix', '--dry-run', '--json']));
    expect(first(['millrace', 'quarantine', 'ls', '--'])).toEqual(expect.arrayContaining(['--code', '--settled']));
  });
});

it('knows at least one shell to test', () => {
  expect(installed).toContain('bash');
});
