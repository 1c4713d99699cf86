import type { Command } from 'commander';
import { EXIT, type ExitCode } from './exit-code.ts';

/**
 * Runs the command line and ends the process with its exit code once everything is written.
 *
 * @param argv as `process.argv`
 */
export async function main(argv: readonly string[]): Promise<void> {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', ignoreClosed);
  quietTypeStripping();
  const code = await run(argv);
  await Promise.all([flushed(process.stdout), flushed(process.stderr)]);
  // A client that the configuration made may hold sockets that would keep the process alive.
  process.exit(code);
}

async function run(argv: readonly string[]): Promise<ExitCode> {
  const { createProgram } = await import('./program.ts');
  let code: ExitCode = EXIT.success;
  const program: Command = createProgram((ended) => {
    code = ended;
  });
  try {
    await program.parseAsync([...argv]);
    return code;
  } catch (error) {
    const { exitCode, code: kind } = error as { exitCode?: number; code?: string };
    // Commander has printed what is wrong, or the help that was asked for.
    if (kind?.startsWith('commander.') === true) return exitCode === 0 ? EXIT.success : EXIT.usage;
    throw error;
  }
}

/** A reader that goes away, as `head` does, is not an error. */
function ignoreClosed(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE' && error.code !== 'EOF') throw error;
}

function flushed(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    if (stream.destroyed || !stream.writable) resolve();
    else stream.write('', () => resolve());
  });
}

/** Some versions of Node warn at each start that they leave out types; nobody can do anything about it. */
function quietTypeStripping(): void {
  const listeners = process.listeners('warning');
  process.removeAllListeners('warning');
  process.on('warning', (warning) => {
    if (warning.name === 'ExperimentalWarning' && warning.message.startsWith('Type Stripping')) return;
    for (const listener of listeners) listener(warning);
  });
}
