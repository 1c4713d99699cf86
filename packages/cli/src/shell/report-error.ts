import { isMillraceError } from '@millrace/core';
import { explain, wantsColor, widthOf } from '@millrace/terminal';
import { EXIT, type ExitCode } from '../exit-code.ts';
import type { Shell } from './shell.ts';

/** Explains what ended a command: to a person on standard error, with `--json` to the program on standard output. */
export function reportError(shell: Shell, error: unknown): ExitCode {
  const exitCode = exitOfError(error);
  const { err, env, options } = shell;
  shell.emit({ exitCode, error: plain(error) });
  const color = wantsColor(err, env);
  const width = err.isTTY === true ? widthOf(err) : 120;
  shell.remark(explain(error, { width, color, verbose: options.verbose === true }));
  return exitCode;
}

function plain(error: unknown): object {
  if (isMillraceError(error)) return error.toJSON();
  return { code: 'CLI_FAILED', message: error instanceof Error ? error.message : String(error) };
}

/** A wrong option is a mistake of whoever typed it or wrote the configuration. */
function exitOfError(error: unknown): ExitCode {
  if (!isMillraceError(error)) return EXIT.failed;
  if (/^(CLI|OPTION)_/.test(error.code) || error.code.endsWith('_UNSUPPORTED')) return EXIT.usage;
  return error.retryable ? EXIT.tryAgain : EXIT.failed;
}
