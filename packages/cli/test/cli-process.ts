import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const BIN = fileURLToPath(new URL('../src/bin.ts', import.meta.url));
const PROJECTS = new URL('./projects/', import.meta.url);

export interface CliOptions {
  /** A folder of `test/projects`, or any directory. */
  readonly project?: string | URL;
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Options of Node, before the program. */
  readonly node?: readonly string[];
  readonly onStart?: (child: ChildProcess) => void;
  /** Called with the process and what it has printed to standard error so far, each time that is more. */
  readonly onStderr?: (child: ChildProcess, printed: string) => void;
  /** The same for standard output. */
  readonly onStdout?: (child: ChildProcess, printed: string) => void;
}

export interface CliResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Standard output as JSON. */
  readonly json: () => Readonly<Record<string, unknown>>;
}

/** Runs the command from its sources, as a process of its own without a terminal. */
export function cli(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  const { project = 'files', env = {}, node = [], onStart, onStderr, onStdout } = options;
  const cwd = typeof project === 'string' ? fileURLToPath(new URL(`./${project}/`, PROJECTS)) : fileURLToPath(project);
  const kept = Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^(CI|NO_COLOR|FORCE_COLOR|VISUAL|EDITOR|NODE_OPTIONS|VITEST.*)$/.test(name),
    ),
  );
  const child = spawn(process.execPath, ['--conditions=@millrace/source', ...node, BIN, ...args], {
    cwd,
    env: { ...kept, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onStart?.(child);
  return new Promise((resolve, reject) => {
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk) => {
      stdout += String(chunk);
      onStdout?.(child, stdout);
    });
    child.stderr.on('data', (chunk) => {
      stderr += String(chunk);
      onStderr?.(child, stderr);
    });
    child.on('error', reject);
    child.on('close', (code) =>
      resolve({ code, stdout, stderr, json: () => JSON.parse(stdout) as Readonly<Record<string, unknown>> }),
    );
  });
}
