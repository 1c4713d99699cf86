import { fileURLToPath } from 'node:url';
import { describe, expect, it, vi } from 'vitest';
import { cli } from './cli-process.ts';

// Processes take long to start on a busy machine.
vi.setConfig({ testTimeout: 240_000 });

const HOOKS = ['--import', fileURLToPath(new URL('./loaded-modules.mjs', import.meta.url))];

function loaded(stderr: string): readonly string[] {
  return [...stderr.matchAll(/^loaded (.*)$/gm)].map(([, url]) => url!);
}

describe('help', () => {
  it.each([['--help'], ['help'], ['run', '--help'], ['quarantine', 'show', '--help'], ['--version']])(
    '%s %s loads neither core nor an SDK nor a command',
    async (...words) => {
      const { code, stdout, stderr } = await cli(
        words.filter((word) => word !== undefined),
        { node: HOOKS },
      );
      expect(code).toBe(0);
      expect(stdout).not.toBe('');
      const urls = loaded(stderr);
      expect(urls.some((url) => url.includes('commander'))).toBe(true);
      const heavy = urls.filter((url) => /packages\/(?!cli\/)|@aws-sdk|@smithy|\/commands\/|create-shell/.test(url));
      expect(heavy).toEqual([]);
    },
  );

  it('lists every command with a summary', async () => {
    const { stdout } = await cli(['--help']);
    for (const name of [
      'check',
      'plan',
      'run',
      'backfill',
      'quarantine',
      'replay',
      'reconcile',
      'purge',
      'completions',
    ]) {
      expect(stdout).toMatch(new RegExp(`^  ${name}\\b.* {2}[A-Z]`, 'm'));
    }
    expect(stdout).toContain('Exit codes: 0 success; 1 an object failed; 2 usage');
  });
});

describe('a wrong command line', () => {
  it.each([
    [['rum'], 'Did you mean run?'],
    [['run', '--prefx', 'a'], 'Did you mean --prefix?'],
    [[], 'Usage: millrace'],
  ])('%j exits with 2 and says what to do', async (words, text) => {
    const { code, stdout, stderr } = await cli(words);
    expect(stderr).toContain(text);
    expect(stdout).toBe('');
    expect(code).toBe(2);
  });
});
