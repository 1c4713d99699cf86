/** What a client rejected with, without the texts that can quote a record. */
export interface ServerError {
  /** The error at the end of the chain of causes: wrappers put statements and parameters into their own messages. */
  readonly root: unknown;
  /** PostgreSQL's code, if the server, or a pooler in its place, sent the error. */
  readonly sqlState: string | undefined;
  /** Whether the error ended the session. No row can do that. */
  readonly endedSession: boolean;
  /** Whether a row-level security policy refused the row. PostgreSQL reports it with the code of a missing right. */
  readonly byPolicy: boolean;
  /** Names of columns, constraints, types and relations; never values. */
  readonly names: Readonly<Record<string, string>>;
}

const CHAIN = 10;

/** Reads the error of a client, or the one that a wrapper around a client keeps as its cause. */
export function serverError(thrown: unknown): ServerError {
  let root = thrown;
  for (let depth = 0; depth < CHAIN; depth += 1) {
    const sqlState = sqlStateOf(root);
    if (sqlState !== undefined) {
      const { severity, routine } = root as Readonly<Record<string, unknown>>;
      return {
        root,
        sqlState,
        endedSession: severity === 'FATAL' || severity === 'PANIC',
        // The function of the server that checks policies and views: https://github.com/postgres/postgres (execMain.c)
        byPolicy: sqlState === '42501' && routine === 'ExecWithCheckOptions',
        names: namesOf(root as Readonly<Record<string, unknown>>),
      };
    }
    const { cause } = Object(root) as { readonly cause?: unknown };
    if (cause === undefined || cause === null) break;
    root = cause;
  }
  return { root, sqlState: undefined, endedSession: false, byPolicy: false, names: {} };
}

/** Reads a SQLSTATE. Codes of Node can have five capitals as well (`EPIPE`); no class of SQLSTATE begins with E. */
function sqlStateOf(thrown: unknown): string | undefined {
  const { code } = Object(thrown) as { readonly code?: unknown };
  return typeof code === 'string' && /^[0-9A-DF-Z][0-9A-Z]{4}$/.test(code) ? code : undefined;
}

/** Keeps what names something. `detail`, `where`, `hint`, `query` and `params` hold values. */
function namesOf({ column, constraint, dataType, schema, table }: Readonly<Record<string, unknown>>) {
  const relation = typeof schema === 'string' && typeof table === 'string' ? `${schema}.${table}` : table;
  return Object.fromEntries(
    Object.entries({ column, constraint, dataType, relation }).filter(
      (fact): fact is [string, string] => typeof fact[1] === 'string',
    ),
  );
}

/** The message of an error that the server did not send: of the network, the driver, or a mistake in a program. */
export function clientText(root: unknown): string {
  if (root instanceof AggregateError && root.errors.length > 0) return root.errors.map(clientText).join('; ');
  if (!(root instanceof Error)) return `a value of type ${typeof root} was thrown`;
  // A parser's SyntaxError quotes its input.
  const safe = root.name === 'Error' || root.name === 'AggregateError' || root instanceof TypeError;
  return safe ? root.message : root.name;
}
