import type { Command } from 'commander';
import { EXIT, type ExitCode } from '../exit-code.ts';
import type { CommandAction, GlobalOptions } from './shell.ts';

/**
 * Loads a command and runs it. Help and completions load none, so they are fast.
 *
 * @param args what commander passes: arguments, options, and the command itself
 */
export async function perform<Arguments extends readonly unknown[]>(
  name: string,
  load: () => Promise<CommandAction<Arguments>>,
  args: readonly unknown[],
): Promise<ExitCode> {
  const command = args.at(-1) as Command;
  const options = command.optsWithGlobals<GlobalOptions>();
  const { createShell } = await import('./create-shell.ts');
  const shell = createShell(name, options);
  try {
    const action = await load();
    return await action(shell, ...(args.slice(0, -1) as unknown as Arguments));
  } catch (error) {
    if (shell.isInterrupted()) return EXIT.interrupted;
    const { reportError } = await import('./report-error.ts');
    return reportError(shell, error);
  }
}
