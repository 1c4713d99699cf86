import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { FeedFinding } from './check-config-feeds.ts';

const SUBJECT = 'types';
const LONGEST_MS = 120_000;

/**
 * Compiles the project of a configuration without writing anything, by the project's own TypeScript. Node leaves types out when
 * it runs a file, so that nothing else finds a step that does not fit the one before it.
 */
export async function checkTypes(path: string, signal: AbortSignal): Promise<readonly FeedFinding[]> {
  if (!/\.m?ts$/.test(path)) return [];
  const project = nearest(dirname(path), 'tsconfig.json');
  const compiler = compilerFor(path);
  if (project === undefined || compiler === undefined) {
    const what = project === undefined ? 'there is no tsconfig.json' : 'TypeScript is not installed in the project';
    return [
      {
        level: 'warning',
        subject: SUBJECT,
        code: 'CLI_TYPES_UNCHECKED',
        message: `Types were not checked: ${what}.`,
        remedy:
          project === undefined ? 'Add one; `npx tsc --init` writes it.' : 'Run npm install --save-dev typescript.',
      },
    ];
  }
  const { failed, printed } = await compile(compiler, project, signal);
  if (!failed) return [{ level: 'ok', subject: SUBJECT, message: `${project} compiles.` }];
  const errors = printed.split('\n').filter((line) => line.includes('error TS'));
  const first = (errors.length === 0 ? printed.split('\n') : errors).slice(0, 5).join('\n');
  const more = errors.length > 5 ? `\n… and ${errors.length - 5} more` : '';
  return [
    {
      level: 'error',
      subject: SUBJECT,
      code: 'CLI_TYPES_WRONG',
      message: `${project} does not compile:\n${first}${more}`,
      remedy: 'Correct the types; `npx tsc --noEmit` shows them all.',
    },
  ];
}

function nearest(from: string, name: string): string | undefined {
  for (let directory = from; ; directory = dirname(directory)) {
    const path = join(directory, name);
    if (existsSync(path)) return path;
    if (dirname(directory) === directory) return undefined;
  }
}

function compilerFor(path: string): string | undefined {
  try {
    return join(dirname(createRequire(pathToFileURL(path)).resolve('typescript/package.json')), 'bin', 'tsc');
  } catch {
    return undefined;
  }
}

function compile(
  compiler: string,
  project: string,
  signal: AbortSignal,
): Promise<{ readonly failed: boolean; readonly printed: string }> {
  const args = [compiler, '--noEmit', '--pretty', 'false', '-p', project];
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      args,
      { cwd: dirname(project), signal, timeout: LONGEST_MS, maxBuffer: 16 * 1024 * 1024 },
      (error, stdout, stderr) => resolve({ failed: error !== null, printed: `${stdout}${stderr}`.trim() }),
    );
  });
}
