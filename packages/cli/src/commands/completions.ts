import type { Command } from 'commander';
import { MillraceError } from '@millrace/core';
import { completionScript, isShellName, SHELLS } from '../completions/completion-script.ts';
import { describeCommands } from '../completions/describe-commands.ts';
import { EXIT } from '../exit-code.ts';
import type { CommandAction } from '../shell/shell.ts';

/** `completions SHELL`: a script for the shell's startup file. */
export function completionsCommand(program: Command): CommandAction<[shellName: string]> {
  return async (shell, name) => {
    if (!isShellName(name)) {
      throw new MillraceError(
        'CLI_ARGUMENT_INVALID',
        `There are completions for ${SHELLS.join(', ')}, not for ${JSON.stringify(name)}. Name one of these.`,
      );
    }
    shell.out.write(completionScript(name, describeCommands(program)));
    return EXIT.success;
  };
}
