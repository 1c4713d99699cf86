import type { Output, Paint } from '@millrace/terminal';
import type { ExitCode } from '../exit-code.ts';

/** Options that every command accepts. */
export interface GlobalOptions {
  readonly config?: string;
  readonly json?: boolean;
  readonly verbose?: boolean;
  readonly strict?: boolean;
}

/** The surroundings of one command: where it reads, where it writes, and what stops it. */
export interface Shell {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly options: GlobalOptions;
  /** Results, for the person or the program that asked. */
  readonly out: Output;
  /** Progress and remarks. */
  readonly err: Output;
  /** Columns of the results. */
  readonly width: number;
  /** Whether results have colors. */
  readonly color: boolean;
  readonly paint: Paint;
  /** Fires at the first Ctrl-C, and if nobody reads the results any more. */
  readonly signal: AbortSignal;
  /** Whether a person asked to stop. */
  readonly isInterrupted: () => boolean;
  /** Prints lines of a result, unless `--json` is given. */
  readonly print: (...lines: readonly string[]) => void;
  /** Prints the result as JSON if `--json` is given. Called once by each command. */
  readonly emit: (result: object) => void;
  /** Prints a remark to the person, not part of the result. */
  readonly remark: (...lines: readonly string[]) => void;
}

/** A command: a thin shell over functions of the library. It resolves with the process's exit code. */
export type CommandAction<Arguments extends readonly unknown[]> = (
  shell: Shell,
  ...args: Arguments
) => Promise<ExitCode>;
