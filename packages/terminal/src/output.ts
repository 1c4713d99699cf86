/** Receives text: `process.stdout`, `process.stderr`, or what a test keeps. */
export interface Output {
  /** Whether a terminal shows the text. @default false */
  readonly isTTY?: boolean;
  /** Width of the terminal in columns. @default 80 */
  readonly columns?: number;
  readonly write: (text: string) => unknown;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Whether to write colors: `NO_COLOR` forbids them, `FORCE_COLOR` asks for them; otherwise a terminal gets them unless it is
 * `dumb`.
 */
export function wantsColor(output: Output, env: Environment): boolean {
  if (isSet(env['NO_COLOR'])) return false;
  if (isSet(env['FORCE_COLOR'])) return env['FORCE_COLOR'] !== '0' && env['FORCE_COLOR'] !== 'false';
  return output.isTTY === true && env['TERM'] !== 'dumb';
}

/** Whether lines can be redrawn: only on a terminal that a person watches, which a CI service's is not. */
export function canRedraw(output: Output, env: Environment): boolean {
  return output.isTTY === true && env['TERM'] !== 'dumb' && !isSet(env['CI']);
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== '';
}

/** Columns of an output: what the terminal says, or 80, and never fewer than 20. */
export function widthOf(output: Output): number {
  return Math.max(20, output.columns ?? 80);
}
