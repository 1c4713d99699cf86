import type { Command } from 'commander';

/** A command as completions need it. */
export interface DescribedCommand {
  /** The words that lead to it; none for the program. */
  readonly path: readonly string[];
  readonly summary: string;
  readonly options: readonly DescribedOption[];
  /** Names of its own commands. */
  readonly commands: readonly string[];
}

export interface DescribedOption {
  /** Such as `--prefix`. */
  readonly name: string;
  readonly summary: string;
  /** Whether a value follows. */
  readonly takesValue: boolean;
}

/** Describes a command line, the program first. The program's own options may follow any command. */
export function describeCommands(program: Command): readonly DescribedCommand[] {
  const global = optionsOf(program);
  const visit = (command: Command, path: readonly string[]): readonly DescribedCommand[] => [
    {
      path,
      summary: command.description(),
      options: path.length === 0 ? global : [...optionsOf(command), ...global],
      commands: command.commands.map((one) => one.name()),
    },
    ...command.commands.flatMap((one) => visit(one, [...path, one.name()])),
  ];
  return visit(program, []);
}

function optionsOf(command: Command): readonly DescribedOption[] {
  return command.options.flatMap(({ long, description, required, optional }) =>
    long === undefined || long === null ? [] : [{ name: long, summary: description, takesValue: required || optional }],
  );
}
